#![no_std]
#![forbid(unsafe_code)]
//! Questions that visitors ask, and the answers of others below each.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is asked for, above the field.
const PROMPT: &str = "Your question";
/// At most so many questions, answers to each, and characters.
const MOST_QUESTIONS: usize = 150;
const MOST_ANSWERS: usize = 30;
const MOST_CHARS: usize = 400;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/questions", ask);
    routes.post("/questions/{id}/answers", reply);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Entry {
    text: String,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let answers = ctx.kv().list_json::<Entry>("answer:").await?;
    let mut questions: Vec<Value> = ctx
        .kv()
        .list_json::<Entry>("question:")
        .await?
        .into_iter()
        .map(|(key, question)| {
            let id = key.trim_start_matches("question:").to_owned();
            let start = format!("answer:{id}:");
            let answers: Vec<&String> = answers.iter().filter(|(key, _)| key.starts_with(&start)).map(|(_, answer)| &answer.text).collect();
            json!({ "id": id, "text": question.text, "answers": answers })
        })
        .collect();
    questions.reverse();
    Response::json(&json!({ "prompt": PROMPT, "questions": questions }))
}

async fn ask(req: Request, ctx: Ctx) -> Result<Response> {
    let text = checked(&req)?;
    if ctx.kv().list("question:").await?.len() >= MOST_QUESTIONS {
        return Err(Error::conflict(format!("⟦The board is full: at most {MOST_QUESTIONS}.|Die Tafel ist voll: höchstens {MOST_QUESTIONS}.⟧")));
    }
    let id = format!("{:06}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("question:{id}"), &Entry { text: text.clone() }).await?;
    Ok(Response::json(&json!({ "id": id, "text": text }))?.with_status(201))
}

async fn reply(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    let text = checked(&req)?;
    if ctx.kv().get(&format!("question:{id}")).await?.is_none() {
        return Err(Error::not_found("⟦There is no such question.|Diese Frage gibt es nicht.⟧"));
    }
    if ctx.kv().list(&format!("answer:{id}:")).await?.len() >= MOST_ANSWERS {
        return Err(Error::conflict(format!("⟦At most {MOST_ANSWERS} answers.|Höchstens {MOST_ANSWERS} Antworten.⟧")));
    }
    let number = ctx.kv().increment("last", 1).await?;
    ctx.kv().set_json(&format!("answer:{id}:{number:08}"), &Entry { text: text.clone() }).await?;
    Ok(Response::json(&json!({ "question": id, "text": text }))?.with_status(201))
}

fn checked(req: &Request) -> Result<String> {
    let Entry { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    Ok(text.to_owned())
}

#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/weather", weather);
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    current_temperature: f32,
    #[serde(default, alias = "desc")]
    description: Option<String>,
}

async fn weather(req: Request, ctx: Ctx) -> Result<Response> {
    let city = req.query("city").unwrap_or_else(|| "Bern".to_string());
    let cached = ctx.kv().get_json::<f32>(&format!("at:{city}")).await?;
    let degrees = if let Some(known) = cached {
        known
    } else {
        let answer: Answer = ctx.http().get("https://api.example.com/now").query("city", &city).timeout(Duration::from_secs(5)).send().await?.success()?.json()?;
        ctx.kv().set_for(&format!("at:{city}"), &answer.current_temperature.to_string(), Duration::from_secs(600)).await?;
        ctx.log().debug(format!("{city}: {:?}", answer.description));
        answer.current_temperature
    };
    Response::json(&json!({ "city": city, "degrees": degrees }))
}

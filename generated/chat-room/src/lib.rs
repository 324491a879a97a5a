#![no_std]
#![forbid(unsafe_code)]
//! A chat over WebSockets: three rooms, who is there, and the last fifty messages of each, all in memory.
extern crate kandra_std as std;
use kandra::{prelude::*, serde_json};
use std::collections::{BTreeMap, VecDeque};

#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

/// The rooms that there are.
const ROOMS: [&str; 3] = ["lobby", "garden", "library"];
/// Messages of a room that are kept.
const KEPT: usize = 50;
/// Characters.
const MOST_NAME: usize = 24;
const MOST_TEXT: usize = 500;

#[derive(Default, Serialize, Deserialize)]
struct Chat {
    rooms: BTreeMap<String, VecDeque<Message>>,
    /// Who has said their name, by socket.
    people: BTreeMap<String, Person>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Message {
    name: String,
    text: String,
    at: i64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Person {
    room: String,
    name: String,
}

/// What a page says: its name first, then what it has to say.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Name(String),
    Text(String),
}

fn mount(routes: &mut Routes) {
    routes.state::<Chat>();
    routes.get("/rooms", rooms);
    routes.websocket("/rooms/{room}", converse);
    routes.every(Duration::from_secs(60), forget_gone);
    routes.widget(widget::show);
}

async fn rooms(_req: Request, ctx: Ctx) -> Result<Response> {
    let rooms: Vec<Value> =
        ctx.state::<Chat>()?.with(|chat| ROOMS.iter().map(|room| json!({ "room": room, "people": chat.names(room).len() })).collect());
    Response::json(&json!({ "rooms": rooms }))
}

async fn converse(socket: Socket, event: SocketEvent, ctx: Ctx) -> Result<()> {
    let room = socket.param("room")?;
    if !ROOMS.contains(&room) {
        return Err(Error::not_found("There is no such room."));
    }
    match event {
        SocketEvent::Open => {
            socket.join(room).await?;
            let (messages, people) =
                ctx.state::<Chat>()?.with(|chat| (chat.rooms.get(room).cloned().unwrap_or_default(), chat.names(room)));
            socket.send_json(&json!({ "messages": messages, "people": people })).await
        }
        SocketEvent::Message(text) => match read(&text)? {
            Said::Name(name) => introduce(&socket, &ctx, room, name.trim()).await,
            Said::Text(text) => say(&socket, &ctx, room, text.trim()).await,
        },
        SocketEvent::Closed => {
            let gone = ctx.state::<Chat>()?.with(|chat| chat.people.remove(socket.id()));
            match gone {
                Some(person) => tell_who(&ctx, room, &format!("{} left", person.name)).await,
                None => Ok(()),
            }
        }
    }
}

fn read(text: &str) -> Result<Said> {
    serde_json::from_str(text).map_err(|_| Error::bad_request("A message is {\"name\": \"…\"} or {\"text\": \"…\"}."))
}

async fn introduce(socket: &Socket, ctx: &Ctx, room: &str, name: &str) -> Result<()> {
    if name.is_empty() || name.chars().count() > MOST_NAME {
        return Err(Error::bad_request(format!("A name has 1 to {MOST_NAME} characters.")));
    }
    let person = Person { room: room.to_string(), name: name.to_string() };
    let before = ctx.state::<Chat>()?.with(|chat| chat.people.insert(socket.id().to_string(), person));
    match before {
        None => tell_who(ctx, room, &format!("{name} came in")).await,
        Some(before) if before.name != name => tell_who(ctx, room, &format!("{} is {name} now", before.name)).await,
        Some(_) => Ok(()),
    }
}

async fn say(socket: &Socket, ctx: &Ctx, room: &str, text: &str) -> Result<()> {
    if text.is_empty() || text.chars().count() > MOST_TEXT {
        return Err(Error::bad_request(format!("A message has 1 to {MOST_TEXT} characters.")));
    }
    let at = ctx.now();
    let message = ctx.state::<Chat>()?.with(|chat| {
        let message = Message { name: chat.people.get(socket.id())?.name.clone(), text: text.to_string(), at };
        let kept = chat.rooms.entry(room.to_string()).or_default();
        kept.push_back(message.clone());
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Some(message)
    });
    match message {
        Some(message) => ctx.room(room).send_json(&json!({ "message": message })).await,
        None => Err(Error::bad_request("Say your name first.")),
    }
}

async fn tell_who(ctx: &Ctx, room: &str, notice: &str) -> Result<()> {
    let people = ctx.state::<Chat>()?.with(|chat| chat.names(room));
    ctx.room(room).send_json(&json!({ "notice": notice, "people": people })).await
}

/// After a crash the memory may know sockets that nobody has heard close.
async fn forget_gone(ctx: Ctx) -> Result<()> {
    let known: Vec<String> = ctx.state::<Chat>()?.with(|chat| chat.people.keys().cloned().collect());
    for id in known {
        if ctx.socket(&id).count().await? == 0 {
            ctx.state::<Chat>()?.with(|chat| chat.people.remove(&id));
        }
    }
    Ok(())
}

impl Chat {
    fn names(&self, room: &str) -> Vec<String> {
        self.people.values().filter(|person| person.room == room).map(|person| person.name.clone()).collect()
    }
}

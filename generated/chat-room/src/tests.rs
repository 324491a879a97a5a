use super::mount;
use kandra::testing::{Rig, RigSocket};
use kandra::{prelude::*, serde_json};

fn heard(socket: &RigSocket) -> Vec<Value> {
    socket.received().iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn name(name: &str) -> String {
    json!({ "name": name }).to_string()
}

fn text(text: &str) -> String {
    json!({ "text": text }).to_string()
}

#[test]
fn who_is_in_the_room_hears_it() {
    let rig = Rig::mount(mount);
    let (ada, bob, eve) = (rig.socket("/rooms/lobby"), rig.socket("/rooms/lobby"), rig.socket("/rooms/garden"));
    assert_eq!(heard(&bob), [json!({ "messages": [], "people": [] })]);
    ada.send(&name("Ada"));
    ada.send(&text(" hello "));
    let heard_by_bob = heard(&bob);
    assert_eq!(heard_by_bob[0], json!({ "notice": "Ada came in", "people": ["Ada"] }));
    assert_eq!((&heard_by_bob[1]["message"]["name"], &heard_by_bob[1]["message"]["text"]), (&json!("Ada"), &json!("hello")));
    assert_eq!(heard(&eve).len(), 1, "only what it began with");
    drop(ada);
    assert_eq!(heard(&bob), [json!({ "notice": "Ada left", "people": [] })]);
}

#[test]
fn who_comes_later_reads_the_last_fifty() {
    let rig = Rig::mount(mount);
    let ada = rig.socket("/rooms/lobby");
    ada.send(&name("Ada"));
    for number in 0..60 {
        ada.send(&text(&number.to_string()));
    }
    let began = heard(&rig.socket("/rooms/lobby")).remove(0);
    let messages = began["messages"].as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]["text"]), (50, &json!("10")));
}

#[test]
fn nobody_speaks_without_a_name() {
    let rig = Rig::mount(mount);
    let ada = rig.socket("/rooms/lobby");
    assert_eq!(ada.send(&text("hello")).status(), 400);
    assert_eq!(ada.send(&name(&"x".repeat(25))).status(), 400);
    assert_eq!(ada.send("hello").status(), 400);
    ada.send(&name("Ada"));
    assert_eq!(ada.send(&text("  ")).status(), 400);
}

#[test]
fn sockets_that_nobody_heard_close_are_forgotten() {
    let rig = Rig::mount(mount);
    let people = json!({ "gone": { "room": "lobby", "name": "Ada" } });
    rig.restore_state(1, &json!({ "rooms": {}, "people": people })).unwrap();
    assert_eq!(rig.get("/rooms").json()["rooms"][0]["people"], 1);
    rig.task("forget_gone");
    assert_eq!(rig.get("/rooms").json()["rooms"][0]["people"], 0);
}

#![no_std]
#![forbid(unsafe_code)]
//! Cars that go somewhere: who drives, from where and when, and who takes which seat.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The most seats that a car offers.
const SEATS: usize = 4;
/// At most so many cars, and characters of a text.
const MOST_CARS: usize = 60;
const MOST_CHARS: usize = 60;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/cars", add);
    routes.delete("/cars/{id}", remove);
    routes.post("/cars/{id}/names", join);
    routes.delete("/cars/{id}/names/{place}", leave);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Car {
    driver: String,
    from: String,
    time: String,
    seats: usize,
    #[serde(default)]
    names: Vec<String>,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let cars: Vec<Value> = ctx
        .kv()
        .list_json::<Car>("car:")
        .await?
        .into_iter()
        .map(|(key, car)| {
            json!({ "id": key.trim_start_matches("car:"), "driver": car.driver, "from": car.from, "time": car.time, "seats": car.seats, "names": car.names })
        })
        .collect();
    Response::json(&json!({ "most": SEATS, "cars": cars }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let car: Car = req.json()?;
    let (driver, from, time) = (checked(&car.driver)?.to_owned(), checked(&car.from)?.to_owned(), checked(&car.time)?.to_owned());
    if !(1..=SEATS).contains(&car.seats) {
        return Err(Error::bad_request(format!("⟦A car offers 1 to {SEATS} seats.|Ein Auto bietet 1 bis {SEATS} Plätze.⟧")));
    }
    if ctx.kv().list("car:").await?.len() >= MOST_CARS {
        return Err(Error::conflict(format!("⟦At most {MOST_CARS} cars. Remove one first.|Höchstens {MOST_CARS} Autos. Entferne erst eins.⟧")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    let car = Car { driver, from, time, seats: car.seats, names: vec![] };
    ctx.kv().set_json(&format!("car:{id}"), &car).await?;
    Ok(Response::json(&json!({ "id": id, "driver": car.driver, "seats": car.seats }))?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("car:{}", req.param("id")?)).await? {
        return Err(gone());
    }
    Response::json(&json!({ "removed": true }))
}

#[derive(Deserialize)]
struct Passenger {
    name: String,
}

async fn join(req: Request, ctx: Ctx) -> Result<Response> {
    let Passenger { name } = req.json()?;
    let name = checked(&name)?;
    change(&req, &ctx, |car| {
        if car.names.len() >= car.seats {
            return Err(Error::conflict("⟦This car is full.|Dieses Auto ist voll.⟧"));
        }
        car.names.push(name.to_owned());
        Ok(())
    })
    .await
}

async fn leave(req: Request, ctx: Ctx) -> Result<Response> {
    let place: usize = req.param_as("place")?;
    let name = req.query("name").unwrap_or_default();
    change(&req, &ctx, |car| {
        // The place may be another's by now.
        if car.names.get(place) != Some(&name) {
            return Err(Error::conflict("⟦This seat has changed. Look again.|Dieser Platz hat sich geändert. Schau noch einmal.⟧"));
        }
        car.names.remove(place);
        Ok(())
    })
    .await
}

/// Two who take the last seat at once do not both get it.
async fn change(req: &Request, ctx: &Ctx, how: impl Fn(&mut Car) -> Result<()>) -> Result<Response> {
    let key = format!("car:{}", req.param("id")?);
    for _ in 0..6 {
        let Some(before) = ctx.kv().get(&key).await? else { return Err(gone()) };
        let Some(mut car) = ctx.kv().get_json::<Car>(&key).await? else { return Err(gone()) };
        how(&mut car)?;
        if ctx.kv().compare_and_set(&key, Some(&before), &json!(car).to_string()).await? {
            return Response::json(&json!({ "names": car.names, "free": car.seats - car.names.len() }));
        }
    }
    Err(Error::conflict("⟦Others change this just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧"))
}

fn gone() -> Error {
    Error::not_found("⟦This car is gone.|Dieses Auto gibt es nicht mehr.⟧")
}

fn checked(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters in each field.|Schreib 1 bis {MOST_CHARS} Zeichen in jedes Feld.⟧")));
    }
    Ok(text)
}

//! What a feature may use: shown and set.

use super::{features::slug, features::would, print_json, print_line};
use crate::{
    args::Limits,
    client::{Client, Refused},
    exit::{Code, CodedError},
    terminal,
};
use anyhow::Result;
use reqwest::Method;
use serde_json::{Map, Value, json};

/// `kandra limits`
pub async fn run(options: Limits) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    let asked = options.set.iter().map(|pair| read(pair)).collect::<Result<Vec<_>>>()?;
    let feature = client.get(&format!("/api/features/{slug}")).await?;
    if asked.is_empty() && !options.reset {
        return show(&feature["limits"], options.output.json);
    }
    let mut wanted = Map::new();
    if !options.reset {
        for (name, limit) in feature["limits"].as_object().into_iter().flatten().filter(|(_, limit)| limit["set"] == true) {
            wanted.insert(name.clone(), limit["value"].clone());
        }
    }
    wanted.extend(asked.into_iter().map(|(name, value)| (name, value.into())));
    if options.dry_run {
        let list = wanted.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
        let words = if list.is_empty() { format!("would give {slug} the defaults") } else { format!("would let {slug} use {list}") };
        return would(options.output, words, json!({ "feature": slug, "limits": wanted }));
    }
    let sent = client.send(Method::PUT, &format!("/api/features/{slug}/limits"), Some(&json!({ "limits": wanted }))).await?;
    let answer = sent.map_err(Refused::into_error)?;
    show(&answer["limits"], options.output.json)?;
    if !options.output.json {
        terminal::say(format!("this holds for {slug} from now on"));
    }
    Ok(Code::Ok)
}

fn show(limits: &Value, as_json: bool) -> Result<Code> {
    if as_json {
        print_json(json!({ "limits": limits }))?;
        return Ok(Code::Ok);
    }
    for (name, limit) in limits.as_object().into_iter().flatten() {
        let set = if limit["set"] == true { format!("set; the default is {}", limit["default"]) } else { "default".to_owned() };
        print_line(&format!("{:<22} {:>12}  {set}; {} to {}", terminal::printable(name), limit["value"], limit["least"], limit["most"]))?;
    }
    Ok(Code::Ok)
}

/// `name=value`.
fn read(pair: &str) -> Result<(String, u64)> {
    let usage = || CodedError::error(Code::Usage, format!("{pair:?} is not NAME=VALUE, such as deadline_ms=20000 or response_bytes=16MiB"));
    let (name, value) = pair.split_once('=').ok_or_else(usage)?;
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
    let (digits, shift) = units.iter().find_map(|(unit, shift)| Some((value.strip_suffix(unit)?, *shift))).unwrap_or((value, 0));
    let number: u64 = digits.trim().parse().map_err(|_| usage())?;
    Ok((name.trim().to_owned(), number.checked_mul(1 << shift).ok_or_else(usage)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_have_a_unit() {
        assert_eq!(read("deadline_ms=20000").unwrap(), ("deadline_ms".to_owned(), 20_000));
        assert_eq!(read("response_bytes=16MiB").unwrap().1, 16 << 20);
        for bad in ["deadline_ms", "a=", "a=b", "a=-1", "a=1MB", "a=99999999999999GiB"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}

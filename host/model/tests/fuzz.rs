//! The contract's parser under mutated input. Started by `scripts/fuzz`.

use kandra_fuzz::Fuzz;
use kandra_model::{Contract, RouteSpec};

#[test]
fn fuzz_contract() {
    let here = env!("CARGO_MANIFEST_DIR");
    let words = [
        "[[exchange]]",
        "[[http]]",
        "[[call]]",
        "name = ",
        "request = {",
        "expect = {",
        "}",
        "{",
        "[",
        "]",
        "\"",
        "'''",
        "=",
        "\n",
        "path = \"/",
        "method = \"TASK\"",
        "status = 999",
        "json = ",
        "form = ",
        "text = ",
        "contains = [",
        "lacks = [",
        "capture = {",
        "headers = {",
        "{id}",
        "host = \"",
        "answer = {",
        "feature = \"",
        "route = \"",
        "\\u0000",
        "1979-05-27T07:32:00Z",
        "inf",
        "nan",
        "-",
        "99999999999999999999",
        "..",
        "%2f",
        "\r",
        "é",
        "\u{202e}",
    ];
    let fuzz = Fuzz::new("contract", here)
        .seeds_in(&format!("{here}/../../generated"), "contract.toml")
        .seeds_in(&format!("{here}/../../feature-template"), "contract.toml")
        .words(&words);
    fuzz.run(|input| {
        let text = String::from_utf8_lossy(input);
        let contract = match Contract::parse(&text) {
            Ok(contract) => contract,
            Err(error) => return assert!(!error.to_string().is_empty()),
        };
        assert!(contract.exchanges.len() <= 64);
        let routes = [("GET", "/"), ("POST", "/{id}"), ("GET", "/a/{b}/c")]
            .map(|(method, path)| RouteSpec { method: method.into(), path: path.into() });
        let _ = contract.uncovered(&routes);
        for exchange in &contract.exchanges {
            let _ = (exchange.proves_something(), routes.iter().any(|route| exchange.reaches(route)));
        }
        // As it goes to the probe.
        let sent = serde_json::to_vec(&contract).expect("a contract is plain data");
        let heard: Contract = serde_json::from_slice(&sent).expect("what was sent can be read");
        assert_eq!(serde_json::to_vec(&heard).expect("plain data"), sent);
    });
}

use super::*;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn requests_wait_for_their_turn_up_to_a_number() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let database = Arc::new(Database::in_memory().unwrap());
    assert_eq!(database.migrate(&["CREATE TABLE note (text TEXT)".to_owned()]).unwrap(), 1);
    let request = |statements: Value| json!({ "statements": statements }).to_string().into_bytes();
    let add = request(json!([{ "sql": "INSERT INTO note (text) SELECT count(*) FROM note" }]));
    runtime.block_on(async {
        // Nobody is served while another thread has the connection.
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (taken, is_taken) = std::sync::mpsc::channel();
        let busy = std::thread::spawn({
            let database = database.clone();
            move || {
                let _held = database.hold();
                taken.send(()).unwrap();
                released.recv()
            }
        });
        is_taken.recv().unwrap();
        let first = database.ask(&add);
        let until = std::time::Instant::now() + Duration::from_secs(10);
        while !database.queue().jobs.is_empty() {
            assert!(std::time::Instant::now() < until);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let waiting: Vec<_> = (0..MOST_WAITING).map(|_| database.ask(&add)).collect();
        assert_eq!(database.ask(&add).await.unwrap_err().status, Status::UNAVAILABLE);
        drop(waiting);
        let last = database.ask(&add);
        release.send(()).unwrap();
        busy.join().unwrap().unwrap();
        first.await.unwrap();
        last.await.unwrap();
        // Those that nobody waited for any more were not run.
        let counted = database.ask(&request(json!([{ "sql": "SELECT count(*) FROM note" }]))).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&counted).unwrap()[0]["rows"], json!([[2]]));
        assert!(database.ask(b"nonsense").await.is_err());
    });
}

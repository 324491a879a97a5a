use super::*;
use serde_json::{Value, json};
use std::sync::RwLock;

/// Of this process, in bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

const MEASURES: Measures = Measures { room: 64 << 20, resident };

fn request(statements: Value) -> Vec<u8> {
    json!({ "statements": statements }).to_string().into_bytes()
}

/// Runs one statement on this thread.
fn one(database: &Database, sql: &str, params: Value) -> Result<Value, Refused> {
    all(database, json!([{ "sql": sql, "params": params }])).map(|mut answers| answers[0].take())
}

fn all(database: &Database, statements: Value) -> Result<Value, Refused> {
    let answer = database.run(&Request::read(&request(statements))?)?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

fn rows(database: &Database, sql: &str) -> Value {
    one(database, sql, json!([])).unwrap()["rows"].take()
}

fn refused(database: &Database, sql: &str) -> Refused {
    one(database, sql, json!([])).expect_err(sql)
}

fn steps(steps: &[&str]) -> Vec<String> {
    steps.iter().map(|step| (*step).to_owned()).collect()
}

/// The memory of the whole process is looked at: who runs long takes part in this, who hoards is alone.
static COMPANY: RwLock<()> = RwLock::new(());

const NOTE: &str = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)";

fn with_notes() -> Database {
    let database = Database::in_memory(MEASURES).unwrap();
    assert_eq!(database.migrate(&steps(&[NOTE])).unwrap(), 1);
    database
}

#[test]
fn values_return_as_they_went() {
    let database = with_notes();
    let params = json!([null, 7, -1.5, "ü", { "$blob": "AP8=" }, true, i64::MIN, 2.0]);
    let answer = one(&database, "SELECT ?1 AS a, ?2, ?3, ?4, ?5, ?6, ?7, ?8", params).unwrap();
    assert_eq!(answer["rows"], json!([[null, 7, -1.5, "ü", { "$blob": "AP8=" }, 1, i64::MIN, 2.0]]));
    assert_eq!(answer["columns"][0], "a");
    assert!(answer["rows"][0][7].is_f64());
    for bad in [json!([[1]]), json!([{ "a": 1 }]), json!([{ "$blob": "*" }]), json!([u64::MAX]), json!([]), json!([1, 2])] {
        assert_eq!(one(&database, "SELECT ?1", bad.clone()).unwrap_err().status, Status::INVALID, "{bad}");
    }
    let inserted = one(&database, "INSERT INTO note (text) VALUES (?1), ('b') RETURNING id", json!(["a"])).unwrap();
    assert_eq!(inserted, json!({ "columns": ["id"], "rows": [[1], [2]], "changed": 2, "last_id": 2 }));
    assert_eq!(Request::read(b"{}").unwrap_err().status, Status::INVALID);
}

#[test]
fn a_call_runs_one_statement() {
    let database = with_notes();
    assert_eq!(rows(&database, "SELECT 1;  -- done\n"), json!([[1]]));
    let two = refused(&database, "INSERT INTO note (text) VALUES ('a'); SELECT 1");
    assert!(two.status == Status::INVALID && two.reason.contains("one statement"), "{two:?}");
    assert_eq!(rows(&database, "SELECT count(*) FROM note"), json!([[0]]));
    assert_eq!(refused(&database, "SELEC 1").status, Status::INVALID);
    assert!(refused(&database, " -- nothing").reason.contains("no statement"));
}

#[test]
fn nothing_but_rows_of_its_own_tables_is_within_reach() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(&directory.path().join("x.sql.db"), MEASURES).unwrap();
    database.migrate(&steps(&[NOTE])).unwrap();
    let other = directory.path().join("other.db");
    for sql in [
        &format!("ATTACH '{}' AS other", other.display()),
        &format!("VACUUM INTO '{}'", other.display()),
        "DETACH main",
        "PRAGMA user_version",
        "PRAGMA max_page_count = 1000000",
        "PRAGMA writable_schema = ON",
        "SELECT * FROM pragma_table_info('note')",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "CREATE TABLE a (b)",
        "CREATE TEMP TABLE a (b)",
        "CREATE TEMP TRIGGER t AFTER INSERT ON main.note BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE v USING fts5(a)",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN a",
        "CREATE INDEX i ON note (text)",
        "DELETE FROM sqlite_master",
        "UPDATE sqlite_master SET sql = ''",
        "SELECT * FROM kandra_migrations",
        "DELETE FROM Kandra_Migrations",
        "ANALYZE",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT a",
    ] {
        let refused = refused(&database, sql);
        assert_eq!(refused.status, Status::INVALID, "{sql}: {refused:?}");
    }
    assert!(!other.exists());
    assert!(refused(&database, "CREATE TABLE a (b)").reason.contains("routes.migration"));
    assert_eq!(rows(&database, "SELECT name FROM sqlite_master WHERE name = 'note'"), json!([["note"]]));
    assert_eq!(
        rows(&database, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT max(x) FROM n"),
        json!([[3]])
    );
}

#[test]
fn a_migration_shapes_its_own_tables_only() {
    let database = with_notes();
    for bad in [
        "ATTACH ':memory:' AS a",
        "PRAGMA user_version = 9",
        "BEGIN",
        "COMMIT",
        "CREATE TABLE kandra_a (b)",
        "DROP TABLE kandra_migrations",
        "ALTER TABLE kandra_migrations ADD COLUMN a",
        "ALTER TABLE note RENAME TO kandra_migrations",
        "DELETE FROM kandra_migrations",
        "CREATE TRIGGER t AFTER INSERT ON note BEGIN DELETE FROM kandra_migrations; END; INSERT INTO note (text) VALUES ('a')",
        "CREATE TEMP TABLE a (b)",
        "CREATE VIRTUAL TABLE v USING fts5(a)",
        "UPDATE sqlite_master SET sql = ''",
        "VACUUM",
        "SELECT load_extension('x')",
    ] {
        let failed = database.migrate(&steps(&[NOTE, bad])).map(drop);
        assert!(matches!(failed, Err(MigrationError::Step { number: 2, .. })), "{bad}: {failed:?}");
    }
    let database = with_notes();
    let good = [
        NOTE,
        "ALTER TABLE note ADD COLUMN stars INTEGER NOT NULL DEFAULT 3 CHECK (stars < 6)",
        "ALTER TABLE note RENAME COLUMN text TO words",
        "CREATE INDEX by_stars ON note (stars); CREATE VIEW best AS SELECT * FROM note WHERE stars > 4;",
        "CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT)",
        "CREATE TRIGGER logged AFTER INSERT ON note BEGIN INSERT INTO log (what) VALUES (new.words); END",
        "INSERT INTO note (words) VALUES ('first')",
        "ALTER TABLE log ADD COLUMN extra; ALTER TABLE log DROP COLUMN extra; ALTER TABLE log RENAME TO history",
        "DROP VIEW best; DROP INDEX by_stars",
    ];
    assert_eq!(database.migrate(&steps(&good)).unwrap(), 8);
    assert_eq!(rows(&database, "SELECT what FROM history"), json!([["first"]]));
    assert_eq!(rows(&database, "SELECT stars FROM note"), json!([[3]]));
}

#[test]
fn results_and_values_have_limits() {
    let _company = COMPANY.read();
    let database = with_notes();
    let count = |n: u32| format!("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {n}) SELECT x FROM n");
    assert_eq!(rows(&database, &count(1_000)).as_array().unwrap().len(), 1_000);
    assert!(refused(&database, &count(1_001)).reason.contains("LIMIT"));
    let wide = count(6).replace("SELECT x FROM n", "SELECT hex(zeroblob(400000)) FROM n");
    assert!(refused(&database, &wide).reason.contains("4 MiB"));
    assert_eq!(refused(&database, "SELECT zeroblob(2000000)").status, Status::TOO_LARGE);
    let large = "x".repeat(1_100_000);
    assert_eq!(one(&database, "INSERT INTO note (text) VALUES (?1)", json!([large])).unwrap_err().status, Status::TOO_LARGE);
    let long = format!("SELECT '{}'", "x".repeat(70_000));
    assert_eq!(refused(&database, &long).status, Status::TOO_LARGE);
    assert_eq!(Request::read(&vec![b' '; MOST_REQUEST + 1]).unwrap_err().status, Status::TOO_LARGE);
    let many = vec![json!({ "sql": "SELECT 1" }); MOST_STATEMENTS + 1];
    assert_eq!(Request::read(&request(many.into())).unwrap_err().status, Status::TOO_LARGE);
}

#[test]
fn a_statement_that_does_not_end_is_ended() {
    let _company = COMPANY.read();
    let database = with_notes();
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let ended = refused(&database, endless);
    assert!(ended.status == Status::UNAVAILABLE && ended.reason.contains("more than 1 s"), "{ended:?}");
    let in_insert = format!("INSERT INTO note (text) {}", endless.replace("WITH", "SELECT * FROM (WITH") + ")");
    assert_eq!(refused(&database, &in_insert).status, Status::UNAVAILABLE);
    assert_eq!(rows(&database, "SELECT count(*) FROM note"), json!([[0]]));
}

#[test]
fn a_statement_that_hoards_memory_is_ended() {
    let _alone = COMPANY.write();
    let database = with_notes();
    let hoard = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000)
                 SELECT length(max(b)) FROM (SELECT zeroblob(900000) || x AS b FROM n ORDER BY 1)";
    let ended = refused(&database, hoard);
    assert_eq!((ended.status, ended.reason.as_str()), (Status::UNAVAILABLE, HOARDS));
    assert_eq!(rows(&database, "SELECT 1"), json!([[1]]));
}

#[test]
fn the_file_has_a_limit() {
    let _company = COMPANY.read();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sql.db");
    let database = Database::open(&path, MEASURES).unwrap();
    database.migrate(&steps(&["CREATE TABLE bytes (b)"])).unwrap();
    let fill = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 10) INSERT INTO bytes SELECT zeroblob(1000000) FROM n";
    let full = (0..10).find_map(|_| one(&database, fill, json!([])).err()).unwrap();
    assert_eq!(full.status, Status::QUOTA, "{full:?}");
    // What is there can be read and deleted.
    assert_eq!(rows(&database, "SELECT count(*) > 30 FROM bytes"), json!([[1]]));
    one(&database, "DELETE FROM bytes", json!([])).unwrap();
    one(&database, fill, json!([])).unwrap();
    drop(database);
    assert!(std::fs::metadata(&path).unwrap().len() <= MEASURES.room);
}

#[test]
fn a_transaction_happens_or_does_not() {
    let database = with_notes();
    let add = |text: &str| json!({ "sql": "INSERT INTO note (text) VALUES (?1)", "params": [text] });
    let clash = all(&database, json!([add("a"), add("b"), add("a")])).unwrap_err();
    assert!(clash.status == Status::CONFLICT && clash.reason.contains("note.text"), "{clash:?}");
    let nothing = json!({ "sql": "UPDATE note SET text = 'c' WHERE id = 99", "must_change": true });
    assert_eq!(all(&database, json!([add("a"), nothing])).unwrap_err().status, Status::CONFLICT);
    assert!(all(&database, json!([add("a"), { "sql": "INSERT OR ROLLBACK INTO note (text) VALUES ('a')" }])).is_err());
    assert_eq!(rows(&database, "SELECT count(*) FROM note"), json!([[0]]));
    let done =
        all(&database, json!([add("a"), add("b"), { "sql": "UPDATE note SET text = text || last_insert_rowid()", "must_change": true }]));
    assert_eq!(done.unwrap()[2]["changed"], 2);
    assert_eq!(rows(&database, "SELECT text FROM note ORDER BY id"), json!([["a2"], ["b2"]]));
}

#[test]
fn migrations_run_once_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.sql.db");
    let names = || {
        let mut names: Vec<String> =
            std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.contains("before"));
        names.sort();
        names
    };
    let database = Database::open(&path, MEASURES).unwrap();
    assert_eq!(database.migrate(&steps(&[NOTE, "INSERT INTO note (text) VALUES ('1')"])).unwrap(), 2);
    assert_eq!(names(), [""; 0]);
    drop(database);
    let database = Database::open(&path, MEASURES).unwrap();
    let broken_lines = NOTE.replace(" (", "\n  (") + ";";
    assert_eq!(database.migrate(&steps(&[&broken_lines, "INSERT INTO note (text) VALUES ('1')"])).unwrap(), 0);
    one(&database, "INSERT INTO note (text) VALUES ('kept')", json!([])).unwrap();
    assert_eq!(names(), [""; 0]);

    // A failing one takes back those before it, and keeps no copy.
    let failing = steps(&[NOTE, "ALTER TABLE note ADD COLUMN a", "INSERT INTO nowhere VALUES (1)"]);
    let error = database.migrate(&failing).unwrap_err().to_string();
    assert!(error.contains("migration 3") && error.contains("no such table: nowhere") && error.contains("INSERT INTO"), "{error}");
    assert_eq!(one(&database, "SELECT a FROM note", json!([])).unwrap_err().status, Status::INVALID);
    assert_eq!(names(), [""; 0]);

    assert_eq!(database.migrate(&steps(&[NOTE, "ALTER TABLE note ADD COLUMN a"])).unwrap(), 1);
    assert_eq!(names(), ["x.sql.before-2.db"]);
    // A revision that goes on from an older one with another step.
    assert_eq!(database.migrate(&steps(&[NOTE, "ALTER TABLE note ADD COLUMN b"])).unwrap(), 1);
    assert_eq!(names(), ["x.sql.before-2.db", "x.sql.before-3.db"]);
    let before = Connection::open(directory.path().join("x.sql.before-3.db")).unwrap();
    let version: i64 = before.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let kept: String = before.query_row("SELECT text FROM note WHERE a IS NULL AND text > '2'", [], |row| row.get(0)).unwrap();
    assert_eq!((version, kept.as_str()), (3, "kept"));
    assert!(before.prepare("SELECT b FROM note").is_err());

    // Back to what it was before the second step, with the data of then.
    one(&database, "INSERT INTO note (text) VALUES ('later')", json!([])).unwrap();
    let first = steps(&[NOTE, "INSERT INTO note (text) VALUES ('1')"]);
    assert!(database.restore(&first).unwrap().is_some());
    assert_eq!(rows(&database, "SELECT text FROM note ORDER BY id"), json!([["1"], ["kept"]]));
    assert_eq!(one(&database, "SELECT a FROM note", json!([])).unwrap_err().status, Status::INVALID);
    assert_eq!(database.restore(&first).unwrap(), None, "it has that shape");
    let undone = Connection::open(directory.path().join("x.sql.undone.db")).unwrap();
    assert_eq!(undone.query_row("SELECT count(*) FROM note WHERE text = 'later'", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    one(&database, "INSERT INTO note (text) VALUES ('anew')", json!([])).unwrap();
    assert!(matches!(database.restore(&steps(&["CREATE TABLE never (a)"])), Err(MigrationError::NoCopy)));
    assert_eq!(database.migrate(&steps(&[NOTE, "ALTER TABLE note ADD COLUMN a"])).unwrap(), 1, "and it goes on from there");
}

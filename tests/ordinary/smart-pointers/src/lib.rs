#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::{Rc, Weak},
    sync::Arc,
};
#[derive(Debug)]
struct Node {
    name: &'static str,
    parent: RefCell<Weak<Node>>,
    children: RefCell<Vec<Rc<Node>>>,
}
fn tree() -> (Rc<Node>, Rc<Node>) {
    let leaf = Rc::new(Node { name: "leaf", parent: RefCell::default(), children: RefCell::default() });
    let root = Rc::new(Node { name: "root", parent: RefCell::default(), children: RefCell::new(vec![Rc::clone(&leaf)]) });
    *leaf.parent.borrow_mut() = Rc::downgrade(&root);
    (root, leaf)
}
enum List {
    Cons(i32, Box<List>),
    Nil,
}
impl List {
    fn sum(&self) -> i32 {
        match self {
            Self::Cons(n, rest) => n + rest.sum(),
            Self::Nil => 0,
        }
    }
}
struct Loud<'c>(&'c Cell<u32>);
impl Drop for Loud<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}
fn dropped() -> u32 {
    let count = Cell::new(0);
    {
        let _a = Loud(&count);
        let b = Loud(&count);
        drop(b);
    }
    count.get()
}
fn facts() -> Value {
    let (root, leaf) = tree();
    let shared: Arc<str> = Arc::from("shared");
    let again = Arc::clone(&shared);
    let memo: RefCell<BTreeMap<u64, u64>> = RefCell::default();
    fn fib(n: u64, memo: &RefCell<BTreeMap<u64, u64>>) -> u64 {
        if n < 2 {
            return n;
        }
        if let Some(known) = memo.borrow().get(&n) {
            return *known;
        }
        let value = fib(n - 1, memo) + fib(n - 2, memo);
        memo.borrow_mut().insert(n, value);
        value
    }
    let parent = leaf.parent.borrow().upgrade().map(|parent| parent.name);
    let list = List::Cons(1, Box::new(List::Cons(2, Box::new(List::Nil))));
    json!({ "parent": parent, "children": root.children.borrow().len(), "strong": Rc::strong_count(&leaf), "same": Arc::ptr_eq(&shared, &again), "fib": fib(50, &memo), "sum": list.sum(), "dropped": dropped() })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts())
}

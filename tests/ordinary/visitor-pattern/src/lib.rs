#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

trait Visitor {
    type Out;
    fn number(&mut self, n: i64) -> Self::Out;
    fn sum(&mut self, parts: Vec<Self::Out>) -> Self::Out;
}
enum Tree {
    Leaf(i64),
    Sum(Vec<Tree>),
}
impl Tree {
    fn accept<V: Visitor>(&self, visitor: &mut V) -> V::Out {
        match self {
            Self::Leaf(n) => visitor.number(*n),
            Self::Sum(parts) => {
                let parts = parts.iter().map(|part| part.accept(visitor)).collect();
                visitor.sum(parts)
            }
        }
    }
}
struct Eval;
impl Visitor for Eval {
    type Out = i64;
    fn number(&mut self, n: i64) -> i64 {
        n
    }
    fn sum(&mut self, parts: Vec<i64>) -> i64 {
        parts.into_iter().sum()
    }
}
#[derive(Default)]
struct Show {
    depth: usize,
}
impl Visitor for Show {
    type Out = String;
    fn number(&mut self, n: i64) -> String {
        self.depth += 1;
        n.to_string()
    }
    fn sum(&mut self, parts: Vec<String>) -> String {
        format!("({})", parts.join(" + "))
    }
}
trait Plugin: Send {
    fn name(&self) -> &str;
    fn run(&mut self, input: &str) -> Option<String>;
    fn boxed(self) -> Box<dyn Plugin>
    where
        Self: Sized + 'static,
    {
        Box::new(self)
    }
}
struct Upper;
impl Plugin for Upper {
    fn name(&self) -> &str {
        "upper"
    }
    fn run(&mut self, input: &str) -> Option<String> {
        (!input.is_empty()).then(|| input.to_uppercase())
    }
}
fn plugins() -> Vec<(String, Option<String>)> {
    let mut all: Vec<Box<dyn Plugin>> = vec![Upper.boxed()];
    all.iter_mut().map(|plugin| (plugin.name().to_string(), plugin.run("abc"))).collect()
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&{ let tree = Tree::Sum(vec![Tree::Leaf(1), Tree::Sum(vec![Tree::Leaf(2), Tree::Leaf(3)])]); json!({ "value": tree.accept(&mut Eval), "shown": tree.accept(&mut Show::default()), "plugins": plugins() }) })
}

#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::cmp::{Ordering, Reverse};
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Book {
    title: String,
    year: u16,
    rating: Option<u8>,
}
impl Ord for Book {
    fn cmp(&self, other: &Self) -> Ordering {
        self.year.cmp(&other.year).then_with(|| self.title.cmp(&other.title)).then(self.rating.cmp(&other.rating))
    }
}
impl PartialOrd for Book {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
fn quicksort<T: PartialOrd + Clone>(list: &[T]) -> Vec<T> {
    match list {
        [] => Vec::new(),
        [pivot, rest @ ..] => {
            let (small, large): (Vec<T>, Vec<T>) = rest.iter().cloned().partition(|x| x < pivot);
            [quicksort(&small), vec![pivot.clone()], quicksort(&large)].concat()
        }
    }
}
fn bubble<T>(list: &mut [T], mut less: impl FnMut(&T, &T) -> bool) {
    loop {
        let mut swapped = false;
        for i in 1..list.len() {
            if less(&list[i], &list[i - 1]) {
                list.swap(i, i - 1);
                swapped = true;
            }
        }
        if !swapped {
            break;
        }
    }
}
fn facts() -> Value {
    let book = |title: &str, year, rating| Book { title: title.to_owned(), year, rating };
    let mut books = vec![book("Emma", 1815, Some(4)), book("Momo", 1973, None), book("Dune", 1965, Some(5))];
    books.sort_unstable_by_key(|b| Reverse(b.rating));
    let best = books[0].title.clone();
    books.sort();
    let newest = books.iter().max().map(|b| b.year);
    let mut floats = [2.5, -1.0, f64::INFINITY, 0.0];
    floats.sort_by(f64::total_cmp);
    let mut words = ["b", "c", "a"];
    bubble(&mut words, |a, b| a < b);
    let mut list = vec![3, 1, 2, 3, 1];
    list.sort_unstable();
    list.dedup();
    list.retain(|n| n % 2 == 1);
    json!({ "best": best, "newest": newest, "quick": quicksort(&[3, 1, 2]), "floats": floats[1], "words": words, "list": list, "oldest": books.first() })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts())
}

#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet, VecDeque};
use std::cmp::{Ordering, Reverse};
use std::iter;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |x| g(f(x))
}

fn make_adders() -> Vec<Box<dyn Fn(i32) -> i32>> {
    (1..=3).map(|n| Box::new(move |x| x + n) as Box<dyn Fn(i32) -> i32>).collect()
}

struct Fibonacci {
    a: u64,
    b: u64,
}
impl Iterator for Fibonacci {
    type Item = u64;
    fn next(&mut self) -> Option<Self::Item> {
        let next = self.a;
        (self.a, self.b) = (self.b, self.a.checked_add(self.b)?);
        Some(next)
    }
}

fn dijkstra(edges: &BTreeMap<u32, Vec<(u32, u32)>>, from: u32) -> BTreeMap<u32, u32> {
    let mut best = BTreeMap::from([(from, 0)]);
    let mut open = BinaryHeap::from([Reverse((0, from))]);
    while let Some(Reverse((cost, node))) = open.pop() {
        if best.get(&node).is_some_and(|&b| b < cost) {
            continue;
        }
        for &(next, weight) in edges.get(&node).into_iter().flatten() {
            let new = cost + weight;
            if best.get(&next).is_none_or(|&old| new < old) {
                best.insert(next, new);
                open.push(Reverse((new, next)));
            }
        }
    }
    best
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut words = vec!["pear", "fig", "apple", "fig"];
    words.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    words.dedup();
    let unique: HashSet<char> = words.iter().flat_map(|word| word.chars()).collect();
    let ordered: BTreeSet<_> = unique.into_iter().filter(char::is_ascii_lowercase).collect();
    let evens: Vec<u64> = Fibonacci { a: 0, b: 1 }.filter(|n| n % 2 == 0).take_while(|&n| n < 100).collect();
    let (small, large): (Vec<i32>, Vec<i32>) = (0..10).partition(|n| *n < 4);
    let zipped: String = small.iter().zip(large.iter().rev()).map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>().join(",");
    let mut queue: VecDeque<_> = iter::successors(Some(1u32), |n| n.checked_mul(3).filter(|n| *n < 100)).collect();
    queue.rotate_left(1);
    let windows = [1, 4, 9, 16].windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
    let position = windows.binary_search_by(|probe| probe.partial_cmp(&5).unwrap_or(Ordering::Equal));
    let edges = BTreeMap::from([(1, vec![(2, 7), (3, 1)]), (3, vec![(2, 2)])]);
    let folded = make_adders().iter().try_fold(0i32, |sum, add| sum.checked_add(add(sum)));
    let counted = "hello world".chars().fold(BTreeMap::new(), |mut map, c| {
        *map.entry(c).or_insert(0u32) += 1;
        map
    });
    let most = counted.iter().max_by_key(|&(_, count)| count).map(|(c, _)| c.to_string());
    Response::json(&json!({
        "words": words, "letters": ordered.len(), "evens": evens, "zipped": zipped, "queue": queue, "windows": windows,
        "position": position.ok(), "path": dijkstra(&edges, 1)[&2], "folded": folded, "most": most,
        "composed": compose(|x: i32| x + 1, |x| x * 10)(4),
    }))
}

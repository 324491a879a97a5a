#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{
    collections::HashMap,
    fmt::{self, Debug, Display},
    hash::Hash,
    marker::PhantomData,
    ops::{Add, Index, Mul},
};

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

trait Animal {
    const LEGS: u32;
    type Food: Display + Default;
    fn name(&self) -> String;
    fn eats(&self) -> Self::Food {
        Self::Food::default()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Dog;
#[derive(Default)]
struct Bone;
impl Display for Bone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bone")
    }
}
impl Animal for Dog {
    const LEGS: u32 = 4;
    type Food = Bone;
    fn name(&self) -> String {
        "dog".into()
    }
}

trait Speak {
    fn speak(&self) -> String;
}
impl<A: Animal> Speak for A {
    fn speak(&self) -> String {
        format!("{} with {} legs eats {}", self.name(), A::LEGS, self.eats())
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Meters<T>(T);
impl<T: Add<Output = T>> Add for Meters<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl<T> Mul<T> for Meters<T>
where
    T: Mul<Output = T> + Copy,
{
    type Output = Meters<T>;
    fn mul(self, by: T) -> Self::Output {
        Meters(self.0 * by)
    }
}

struct Matrix<T, const R: usize, const C: usize> {
    cells: [[T; C]; R],
}
impl<T: Copy, const R: usize, const C: usize> Matrix<T, R, C> {
    fn transposed(&self) -> Matrix<T, C, R> {
        Matrix { cells: std::array::from_fn(|c| std::array::from_fn(|r| self[(r, c)])) }
    }
}
impl<T, const R: usize, const C: usize> Index<(usize, usize)> for Matrix<T, R, C> {
    type Output = T;
    fn index(&self, (row, column): (usize, usize)) -> &T {
        &self.cells[row][column]
    }
}

struct Typed<K, V> {
    map: HashMap<K, Vec<V>>,
    _kind: PhantomData<fn() -> V>,
}
impl<K: Eq + Hash + Clone, V> Typed<K, V> {
    fn group<I>(items: I, key: impl Fn(&V) -> K) -> Self
    where
        I: IntoIterator<Item = V>,
    {
        let mut map: HashMap<K, Vec<V>> = HashMap::new();
        for item in items {
            map.entry(key(&item)).or_default().push(item);
        }
        Self { map, _kind: PhantomData }
    }
}

fn largest<'a, T: PartialOrd + ?Sized>(a: &'a T, b: &'a T) -> &'a T {
    if a > b { a } else { b }
}

fn show_all(items: &[Box<dyn Speak>]) -> Vec<String> {
    items.iter().map(|item| item.speak()).collect()
}

fn shown<T>(value: T) -> impl Fn() -> String
where
    T: Debug + Clone + 'static,
{
    move || format!("{value:?}")
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    let m = Matrix { cells: [[1, 2, 3], [4, 5, 6]] }.transposed();
    let grouped = Typed::group(vec!["a", "bb", "cc"], |word| word.len());
    Response::json(&json!({
        "speak": show_all(&[Box::new(Dog)]),
        "sum": (Meters(2) + Meters(3) * 2).0,
        "cell": m[(2, 1)],
        "twos": grouped.map[&2].len(),
        "largest": largest("a", "b"),
        "shown": shown(Some(1))(),
    }))
}

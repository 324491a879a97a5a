#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{
    any::type_name,
    array,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque, btree_map::Entry},
    fmt::{self, Debug},
    hash::{BuildHasher, Hash, Hasher},
    iter::{self, FusedIterator, Sum},
    marker::PhantomData,
    num::Wrapping,
    ops::{Add, AddAssign, ControlFlow, Index, IndexMut, Mul, RangeInclusive},
};

kandra::feature!(mount);

/// A matrix whose size the compiler knows.
#[derive(Clone, Copy, PartialEq)]
struct Matrix<T, const R: usize, const C: usize>([[T; C]; R]);

impl<T: Default + Copy, const R: usize, const C: usize> Default for Matrix<T, R, C> {
    fn default() -> Self {
        Self([[T::default(); C]; R])
    }
}

impl<T, const R: usize, const C: usize> Index<(usize, usize)> for Matrix<T, R, C> {
    type Output = T;
    #[track_caller]
    fn index(&self, (row, column): (usize, usize)) -> &T {
        &self.0[row][column]
    }
}

impl<T, const R: usize, const C: usize> IndexMut<(usize, usize)> for Matrix<T, R, C> {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut T {
        &mut self.0[row][column]
    }
}

impl<T, const R: usize, const N: usize, const C: usize> Mul<&Matrix<T, N, C>> for &Matrix<T, R, N>
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T> + Sum<T>,
{
    type Output = Matrix<T, R, C>;

    fn mul(self, other: &Matrix<T, N, C>) -> Self::Output {
        Matrix(array::from_fn(|r| array::from_fn(|c| (0..N).map(|n| self[(r, n)] * other[(n, c)]).sum())))
    }
}

impl<T: Debug, const R: usize, const C: usize> Debug for Matrix<T, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{R}x{C} of {} ", type_name::<T>())?;
        f.debug_list().entries(&self.0).finish()
    }
}

fn power<const N: usize>(mut base: Matrix<u64, N, N>, mut exponent: u32) -> Matrix<u64, N, N> {
    let mut result = Matrix::default();
    (0..N).for_each(|i| result[(i, i)] = 1);
    while exponent != 0 {
        if exponent & 1 == 1 {
            result = &result * &base;
        }
        exponent >>= 1;
        if exponent > 0 {
            base = &base * &base;
        }
    }
    result
}

trait Weight: Copy + Ord + Add<Output = Self> + Default + AddAssign {}
impl Weight for u32 {}
impl Weight for u64 {}

/// Typed ids, so that a node of one graph is none of another.
struct Id<T> {
    index: usize,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}

#[derive(Debug, Default)]
struct Graph<N, W> {
    nodes: Vec<N>,
    edges: BTreeMap<usize, Vec<(usize, W)>>,
}

impl<N: Eq + Hash + Clone, W: Weight> Graph<N, W> {
    fn node(&mut self, name: N) -> Id<N> {
        let index = self.nodes.iter().position(|n| *n == name).unwrap_or_else(|| {
            self.nodes.push(name);
            self.nodes.len() - 1
        });
        Id { index, of: PhantomData }
    }

    fn connect(&mut self, from: Id<N>, to: Id<N>, weight: W) -> &mut Self {
        match self.edges.entry(from.index) {
            Entry::Occupied(mut edges) => edges.get_mut().push((to.index, weight)),
            Entry::Vacant(vacant) => {
                vacant.insert(vec![(to.index, weight)]);
            }
        }
        self
    }

    fn shortest(&self, from: Id<N>) -> HashMap<N, W> {
        let mut distances: Vec<Option<W>> = iter::repeat_n(None, self.nodes.len()).collect();
        let mut open = BinaryHeap::from([Reverse((W::default(), from.index))]);
        while let Some(Reverse((distance, node))) = open.pop() {
            if distances[node].is_some_and(|known| known <= distance) {
                continue;
            }
            distances[node] = Some(distance);
            open.extend(self.edges.get(&node).into_iter().flatten().map(|&(to, weight)| Reverse((distance + weight, to))));
        }
        self.nodes.iter().cloned().zip(distances).filter_map(|(n, d)| Some((n, d?))).collect()
    }

    fn breadth_first(&self, from: Id<N>) -> Walk<'_, N, W> {
        Walk { graph: self, open: VecDeque::from_iter([from.index]), seen: HashSet::from([from.index]) }
    }
}

struct Walk<'g, N, W> {
    graph: &'g Graph<N, W>,
    open: VecDeque<usize>,
    seen: HashSet<usize>,
}

impl<'g, N, W> Iterator for Walk<'g, N, W> {
    type Item = &'g N;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.open.pop_front()?;
        for (to, _) in self.graph.edges.get(&node).map(Vec::as_slice).unwrap_or_default() {
            if self.seen.insert(*to) {
                self.open.push_back(*to);
            }
        }
        self.graph.nodes.get(node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.open.len(), Some(self.graph.nodes.len()))
    }
}

impl<N, W> FusedIterator for Walk<'_, N, W> {}

/// FNV-1a.
#[derive(Clone, Copy)]
struct Fnv(Wrapping<u64>);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = Wrapping((self.0 ^ Wrapping(u64::from(*byte))).0.wrapping_mul(0x100_0000_01b3));
        }
    }
}

#[derive(Clone, Copy, Default)]
struct BuildFnv;

impl BuildHasher for BuildFnv {
    type Hasher = Fnv;
    fn build_hasher(&self) -> Fnv {
        Fnv(Wrapping(0xcbf2_9ce4_8422_2325))
    }
}

const SIZES: RangeInclusive<u32> = 0..=90;

fn mount(routes: &mut Routes) {
    routes.get("/fibonacci/{n}", fibonacci);
    routes.post("/route/{from}", route);
}

async fn fibonacci(req: Request, _ctx: Ctx) -> Result<Response> {
    let n = req.param_as::<u32>("n")?;
    if !SIZES.contains(&n) {
        return Err(Error::bad_request(format!("n is from {} to {}", SIZES.start(), SIZES.end())));
    }
    let step = Matrix([[1_u64, 1], [1, 0]]);
    debug_assert_eq!(step, power(step, 1));
    Response::json(&json!({ "n": n, "fibonacci": power(step, n)[(0, 1)], "step": format!("{step:?}") }))
}

#[derive(Deserialize)]
struct Edge(String, String, u32);

async fn route(req: Request, _ctx: Ctx) -> Result<Response> {
    let edges: Vec<Edge> = req.json()?;
    let mut graph: Graph<String, u32> = Graph { nodes: Vec::new(), edges: BTreeMap::new() };
    for Edge(from, to, weight) in edges.into_iter().take(500) {
        let (from, to) = (graph.node(from), graph.node(to));
        graph.connect(from, to, weight).connect(to, from, weight);
    }
    let from = graph.node(req.param("from")?.to_owned());
    let far = graph.shortest(from);
    let sum = far.values().try_fold(0_u32, |sum, far| match sum.checked_add(*far) {
        Some(sum) => ControlFlow::Continue(sum),
        None => ControlFlow::Break(()),
    });
    let total = if let ControlFlow::Continue(total) = sum { Some(total) } else { None };
    let order: Vec<&String> = graph.breadth_first(from).collect();
    let names: BTreeSet<&str> = far.keys().map(String::as_str).collect();
    let mark = BuildFnv.hash_one(names.into_iter().collect::<Vec<_>>().concat());
    Response::json(&json!({ "far": far, "total": total, "order": order, "mark": mark != 0 }))
}

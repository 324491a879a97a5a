#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

#[derive(Debug, Clone, Copy)]
struct Ring<T, const N: usize> {
    items: [Option<T>; N],
    next: usize,
}
impl<T: Copy, const N: usize> Ring<T, N> {
    const SIZE: usize = N;
    const fn new() -> Self {
        Self { items: [None; N], next: 0 }
    }
    fn push(&mut self, item: T) -> &mut Self {
        self.items[self.next % N] = Some(item);
        self.next += 1;
        self
    }
}
impl<T: Copy, const N: usize> IntoIterator for Ring<T, N> {
    type Item = T;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<T>, N>>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter().flatten()
    }
}
impl<'r, T, const N: usize> IntoIterator for &'r Ring<T, N> {
    type Item = &'r T;
    type IntoIter = std::iter::Flatten<std::slice::Iter<'r, Option<T>>>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter().flatten()
    }
}
impl<T, const N: usize> Extend<T> for Ring<T, N>
where
    T: Copy,
{
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.push(item);
        }
    }
}
fn total<const N: usize>(rings: [&Ring<u32, N>; 2]) -> u32 {
    rings.iter().flat_map(|ring| ring.into_iter()).sum()
}
fn facts() -> Value {
    let mut ring: Ring<u32, 3> = Ring::new();
    ring.push(1).push(2);
    ring.extend([3, 4]);
    json!({ "items": ring.into_iter().collect::<Vec<_>>(), "size": Ring::<u8, { 2 + 3 }>::SIZE, "total": total([&ring, &ring]) })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts())
}

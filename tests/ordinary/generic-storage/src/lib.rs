#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::{any::{Any, TypeId}, collections::HashMap, marker::PhantomData};
trait Store<K, V> {
    fn put(&mut self, key: K, value: V) -> Option<V>;
    fn all<'s>(&'s self) -> Box<dyn Iterator<Item = (&'s K, &'s V)> + 's>;
}
#[derive(Default)]
struct Memory<K, V>(Vec<(K, V)>);
impl<K: PartialEq, V> Store<K, V> for Memory<K, V> {
    fn put(&mut self, key: K, value: V) -> Option<V> {
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            return Some(std::mem::replace(old, value));
        }
        self.0.push((key, value));
        None
    }
    fn all<'s>(&'s self) -> Box<dyn Iterator<Item = (&'s K, &'s V)> + 's> {
        Box::new(self.0.iter().map(|(key, value)| (key, value)))
    }
}
#[derive(Default)]
struct Registry(HashMap<TypeId, Box<dyn Any>>);
impl Registry {
    fn insert<T: Any>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Box::new(value));
    }
    fn get<T: 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}
struct Id<T> {
    raw: u32,
    of: PhantomData<T>,
}
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
fn facts() -> Value {
    let mut memory = Memory::default();
    memory.put("a", 1);
    let old = memory.put("a", 2);
    let mut registry = Registry::default();
    registry.insert(7u8);
    registry.insert(String::from("seven"));
    let id: Id<String> = Id { raw: 9, of: PhantomData };
    let copy = id;
    json!({ "old": old, "all": memory.all().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>(), "u8": registry.get::<u8>(), "text": registry.get::<String>(), "none": registry.get::<i64>(), "id": copy.raw + id.clone().raw })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts())
}

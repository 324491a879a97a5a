//! Chance.

use kandra_abi::Status;
use kandra_abi::abi_stable::std_types::RSliceMut;
use kandra_rt::host::host;

/// Random numbers from the host; while a feature is tried out they are seeded, so that its contract can be judged.
///
/// ```
/// # use kandra::{prelude::*, testing::Rig};
/// # fn mount(routes: &mut Routes) { routes.get("/", pick); }
/// async fn pick(_req: Request, ctx: Ctx) -> Result<Response> {
///     let fruit = ctx.random().pick(&["apple", "pear"]).copied().unwrap_or_default();
///     Response::text(fruit)
/// }
/// # assert!(["apple", "pear"].contains(&Rig::mount(mount).get("/").text()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Random {
    _private: (),
}

impl Random {
    pub(crate) fn new() -> Self {
        Self { _private: () }
    }

    /// A number from 0 to `bound - 1`, each equally likely; 0 when `bound` is 0.
    pub fn below(self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Numbers from the incomplete last stretch would make the first remainders likelier: draw again.
        let limit = u64::MAX - (u64::MAX % bound + 1) % bound;
        loop {
            let number = u64::from_le_bytes(self.bytes());
            if number <= limit {
                return number % bound;
            }
        }
    }

    /// One of the items, or none of none.
    pub fn pick<T>(self, items: &[T]) -> Option<&T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Puts the items into a random order.
    pub fn shuffle<T>(self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        fill(&mut bytes);
        bytes
    }

    /// A new id: 16 hexadecimal digits, for keys and addresses.
    pub fn id(self) -> String {
        format!("{:016x}", u64::from_le_bytes(self.bytes()))
    }
}

fn fill(bytes: &mut [u8]) {
    let status = (host().random())(RSliceMut::from_mut_slice(bytes));
    assert!(status == Status::OK, "the host gave no random bytes");
}

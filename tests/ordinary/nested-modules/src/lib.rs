#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

mod shapes {
    pub mod round {
        use super::Area;
        pub struct Disc(pub f64);
        impl Area for Disc {
            fn area(&self) -> f64 {
                self.0 * self.0 * std::f64::consts::PI
            }
        }
        pub(in crate::shapes) fn secret() -> u8 {
            7
        }
    }
    pub mod flat {
        use super::*;
        #[derive(Default)]
        pub struct Square {
            pub side: f64,
        }
        impl Area for Square {
            fn area(&self) -> f64 {
                self.side.powi(2)
            }
        }
    }
    pub trait Area {
        fn area(&self) -> f64;
    }
    pub use self::{flat::Square, round::Disc as Circle};
    pub fn total(shapes: &[&dyn Area]) -> f64 {
        shapes.iter().map(|s| s.area()).sum::<f64>() + f64::from(round::secret())
    }
    pub mod prelude {
        pub use super::{Area, Circle, Square, total};
    }
}
use shapes::prelude::*;

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "total": total(&[&Circle(1.0), &Square { side: 2.0 }]).round() as u32, "area": Square::default().area() }))
}

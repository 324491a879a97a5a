#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::fmt::{self, Display, Write as _};

kandra::feature!(mount);

#[derive(Clone, PartialEq, Eq)]
struct World {
    width: usize,
    cells: Vec<bool>,
}

impl World {
    fn parse(text: &str) -> Option<Self> {
        let rows: Vec<&str> = text.split('/').collect();
        let width = rows.first()?.len();
        if width == 0 || width > 64 || rows.len() > 64 || rows.iter().any(|row| row.len() != width) {
            return None;
        }
        Some(Self { width, cells: rows.iter().flat_map(|row| row.bytes().map(|b| b == b'#')).collect() })
    }

    fn height(&self) -> usize {
        self.cells.len() / self.width
    }

    fn neighbours(&self, x: usize, y: usize) -> usize {
        let (w, h) = (self.width as isize, self.height() as isize);
        let mut count = 0;
        for dy in -1..=1isize {
            for dx in -1..=1isize {
                if (dx, dy) == (0, 0) {
                    continue;
                }
                let (nx, ny) = ((x as isize + dx).rem_euclid(w), (y as isize + dy).rem_euclid(h));
                count += usize::from(self.cells[(ny * w + nx) as usize]);
            }
        }
        count
    }

    fn step(&self) -> Self {
        let cells = (0..self.cells.len())
            .map(|i| {
                let (x, y) = (i % self.width, i / self.width);
                matches!((self.cells[i], self.neighbours(x, y)), (true, 2 | 3) | (false, 3))
            })
            .collect();
        Self { width: self.width, cells }
    }
}

impl Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (y, row) in self.cells.chunks(self.width).enumerate() {
            if y > 0 {
                f.write_char('/')?;
            }
            row.iter().try_for_each(|alive| f.write_char(if *alive { '#' } else { '.' }))?;
        }
        Ok(())
    }
}

fn mount(routes: &mut Routes) {
    routes.get("/step", step);
}

async fn step(req: Request, _ctx: Ctx) -> Result<Response> {
    let mut world = req.query("world").and_then(|text| World::parse(&text)).ok_or_else(|| Error::bad_request("draw a world of . and #"))?;
    'steps: for _ in 0..req.query_as::<u8>("steps")?.unwrap_or(1) {
        let next = world.step();
        if next == world {
            break 'steps;
        }
        world = next;
    }
    Response::text(world.to_string())
}

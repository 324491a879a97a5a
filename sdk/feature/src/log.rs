//! The feature's log.

use kandra_rt::host::host;

/// Writes lines that the owner sees with `kandra logs` and on the feature's page.
///
/// ```
/// # use kandra::{prelude::*, testing::Rig};
/// # fn mount(routes: &mut Routes) { routes.get("/", index); }
/// async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
///     ctx.log().info(format!("asked at {}", ctx.now()));
///     Response::text("ok")
/// }
/// # let rig = Rig::mount(mount);
/// # rig.get("/");
/// # assert_eq!(rig.logged().len(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Log {
    _private: (),
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { _private: () }
    }

    /// For whoever debugs the feature.
    pub fn debug(self, message: impl AsRef<str>) {
        write(0, message.as_ref());
    }

    /// Something ordinary happened.
    pub fn info(self, message: impl AsRef<str>) {
        write(1, message.as_ref());
    }

    /// Something unexpected happened; the call goes on.
    pub fn warn(self, message: impl AsRef<str>) {
        write(2, message.as_ref());
    }

    /// Something failed.
    pub fn error(self, message: impl AsRef<str>) {
        write(3, message.as_ref());
    }
}

/// The host drops and counts lines beyond what it takes.
fn write(level: u32, message: &str) {
    let _ = (host().log())(level, message.into());
}

//! Finding rustc, cargo and the C compiler, once, and skipping the rustup proxies from then on.

use crate::GateError;
use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

/// The only target there is.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";
const OLDEST: (u32, u32) = (1, 95);

/// The programs that build features.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// Where the toolchain lies; readable to builds.
    pub sysroot: PathBuf,
    /// The toolchain's own rustc.
    pub rustc: PathBuf,
    /// The toolchain's own cargo.
    pub cargo: PathBuf,
    /// The C compiler, which links.
    pub cc: PathBuf,
    /// What `rustc -vV` says.
    pub version: String,
    /// Where cargo keeps its registry.
    pub cargo_home: PathBuf,
}

impl Toolchain {
    /// Looks for the programs in `PATH` and in cargo's usual place.
    ///
    /// # Errors
    /// [`GateError::Toolchain`] with a sentence that says what to install.
    pub fn find() -> Result<Self, GateError> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let cargo_home =
            env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| home.map(|home| home.join(".cargo"))).ok_or_else(|| {
                GateError::Toolchain("neither HOME nor CARGO_HOME is set, so cargo has no place for its registry; set HOME".to_owned())
            })?;
        let mut places: Vec<PathBuf> = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
        places.push(cargo_home.join("bin"));
        Self::find_in(&places, cargo_home)
    }

    fn find_in(places: &[PathBuf], cargo_home: PathBuf) -> Result<Self, GateError> {
        let rustc = find_program("rustc", places).ok_or_else(no_rust)?;
        let sysroot = PathBuf::from(ask(&rustc, &["--print", "sysroot"])?.trim());
        let own = |name: &str| Some(sysroot.join("bin").join(name)).filter(|path| path.is_file());
        let rustc = own("rustc").unwrap_or(rustc);
        let cargo = own("cargo").or_else(|| find_program("cargo", places)).ok_or_else(|| {
            GateError::Toolchain("rustc is here but cargo is not; install Rust with the official installer (rustup), or your system's cargo package (Debian: apt install cargo)".to_owned())
        })?;
        let cc = find_program("cc", places).ok_or_else(|| {
            GateError::Toolchain("there is no C compiler to link with; install one (Debian: apt install gcc libc6-dev)".to_owned())
        })?;
        let version = ask(&rustc, &["-vV"])?;
        check_version(&version)?;
        Ok(Self { sysroot, rustc, cargo, cc, version, cargo_home })
    }

    /// `1.95.0`.
    pub fn release(&self) -> &str {
        field(&self.version, "release").unwrap_or("unknown")
    }
}

fn no_rust() -> GateError {
    GateError::Toolchain("Rust is not installed; install it with the official installer (rustup), or your system's packages when they are new enough (Debian: apt install rustc cargo)".to_owned())
}

fn find_program(name: &str, places: &[PathBuf]) -> Option<PathBuf> {
    places.iter().filter(|place| place.is_absolute()).map(|place| place.join(name)).find(|path| path.is_file())
}

/// Runs one of the toolchain's programs, which are trusted, and answers its standard output.
fn ask(program: &Path, arguments: &[&str]) -> Result<String, GateError> {
    let broken = |why: String| {
        GateError::Toolchain(format!("{} does not work: {why}; reinstall Rust with the official installer (rustup)", program.display()))
    };
    let output =
        Command::new(program).args(arguments.iter().map(OsStr::new)).current_dir("/").output().map_err(|e| broken(e.to_string()))?;
    if !output.status.success() {
        return Err(broken(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|_| broken("it answers no text".to_owned()))
}

fn field<'a>(version: &'a str, name: &str) -> Option<&'a str> {
    version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn check_version(version: &str) -> Result<(), GateError> {
    let host = field(version, "host").unwrap_or_default();
    if host != TARGET {
        return Err(GateError::Toolchain(format!(
            "Kandra runs on {TARGET}; this toolchain is for {host:?}; install the Rust toolchain for {TARGET}"
        )));
    }
    let release = field(version, "release").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < OLDEST {
        return Err(GateError::Toolchain(format!(
            "rustc {release} is too old; {}.{} or newer is needed: run `rustup update`, or use the official installer",
            OLDEST.0, OLDEST.1
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn script(at: &Path, text: &str) {
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn message(places: &[PathBuf]) -> String {
        Toolchain::find_in(places, "/nowhere".into()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_missing_is_named_with_what_to_install() {
        let dir = tempfile::tempdir().unwrap();
        let bin = dir.path().join("bin");
        let places = [bin.clone()];
        assert!(message(&places).contains("Rust is not installed"));
        let version = |release: &str, host: &str| {
            format!("case \"$1\" in -vV) printf 'rustc x\\nhost: {host}\\nrelease: {release}\\n';; *) echo {};; esac", dir.path().display())
        };
        script(&bin.join("rustc"), &version("1.95.0", TARGET));
        assert!(message(&places).contains("cargo is not"));
        script(&bin.join("cargo"), "");
        assert!(message(&places).contains("no C compiler"));
        script(&bin.join("cc"), "");
        let found = Toolchain::find_in(&places, "/nowhere".into()).unwrap();
        assert_eq!(found.release(), "1.95.0");
        assert_eq!(found.rustc, bin.join("rustc"));
        script(&bin.join("rustc"), &version("1.80.1", TARGET));
        assert!(message(&places).contains("too old"));
        script(&bin.join("rustc"), &version("1.99.0-nightly", "aarch64-unknown-linux-gnu"));
        assert!(message(&places).contains("x86_64"));
        script(&bin.join("rustc"), "echo no such toolchain >&2; exit 1");
        assert!(message(&places).contains("no such toolchain"));
    }
}

//! The roles in which the binary starts itself again: the gates' children and the live process.

use std::process::ExitCode;

/// Plays the role that `arguments[1]` names; `None` when it names none.
pub fn dispatch(arguments: &[String]) -> Option<ExitCode> {
    let role = arguments.get(1).filter(|role| role.starts_with("__"))?;
    let code = match role.as_str() {
        "__probe" => kandra_live::probe::main(&arguments[2..]),
        "__live" => kandra_live::serve::main(&arguments[2..]),
        _ => kandra_gate::role_main(role, &arguments[2..])?,
    };
    Some(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

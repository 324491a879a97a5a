//! `kandra explain`

use super::print_line;
use crate::{
    args::Explain,
    exit::{Code, CodedError},
    rules,
};
use anyhow::Result;

/// Prints the page of a code, or every code with its title.
pub fn run(options: Explain) -> Result<Code> {
    let Some(code) = options.code else {
        for page in rules::all() {
            print_line(&format!("{:<26} {}", page.code, page.title))?;
        }
        return Ok(Code::Ok);
    };
    match rules::page(&code) {
        Some(page) => print_line(page.text.trim_end())?,
        None if rules::is_of_the_compiler(&code) => {
            return Err(CodedError::error(Code::Usage, format!("{code} is the compiler's own: ask `rustc --explain {code}`")));
        }
        None => {
            return Err(CodedError::error(Code::Usage, format!("no finding has the code {code:?}; `kandra explain` lists them all")));
        }
    }
    Ok(Code::Ok)
}


#[panic_handler]
fn p(_: &str) -> ! { loop {} }

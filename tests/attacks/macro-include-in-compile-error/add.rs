
compile_error!(include_str!("/etc/passwd"));

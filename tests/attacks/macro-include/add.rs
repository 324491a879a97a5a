
include!("/etc/passwd");

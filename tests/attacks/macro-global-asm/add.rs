
global_asm!(".globl malloc");

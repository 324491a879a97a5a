
kandra::__export_mount!(mount);

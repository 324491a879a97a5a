
kandra::feature!(mount);

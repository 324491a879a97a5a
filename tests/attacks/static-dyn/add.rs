
static X: &(dyn Sync) = &1;


// ‮ } if is_owner { ‬ fn x() {}


extern  crate  std as r#std2;

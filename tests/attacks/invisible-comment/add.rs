
// harmless 󠁁󠁂

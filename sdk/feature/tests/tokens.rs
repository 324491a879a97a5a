//! The tokens are complete, and every pair of colours that the base sheet puts together can be read (WCAG 2.2 AA).

use std::collections::BTreeMap;

type Rgb = [f64; 3];

/// Name to its light and dark colour.
fn colors() -> BTreeMap<String, [Rgb; 2]> {
    let lines = kandra::TOKENS_CSS.lines().map(str::trim);
    let pairs = lines.filter_map(|line| {
        let (name, value) = line.strip_prefix("--")?.split_once(": light-dark(#")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", #")?;
        Some((name.to_owned(), [rgb(light), rgb(dark)]))
    });
    pairs.collect()
}

fn rgb(hex: &str) -> Rgb {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

/// Contrast as WCAG defines it.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |color: Rgb| {
        let [r, g, b] = color.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colours_can_be_read() {
    let colors = colors();
    let mut pairs = vec![
        ("color-text-inverse".to_owned(), "color-background-inverse".to_owned(), 4.5),
        ("color-on-accent".to_owned(), "color-accent".to_owned(), 4.5),
    ];
    let grounds = ["primary", "secondary", "tertiary"].map(|ground| format!("color-background-{ground}"));
    for ground in &grounds {
        for text in ["text-primary", "text-secondary", "text-tertiary", "text-info", "text-danger", "text-success", "text-warning"] {
            pairs.push((format!("color-{text}"), ground.clone(), 4.5));
        }
        pairs.push(("color-accent".to_owned(), ground.clone(), 4.5));
        pairs.push(("color-ring-primary".to_owned(), ground.clone(), 3.0));
    }
    for ground in &grounds[..2] {
        pairs.push(("color-border-primary".to_owned(), ground.clone(), 3.0));
        for chart in 1..=6 {
            pairs.push((format!("chart-{chart}"), ground.clone(), 3.0));
        }
    }
    for kind in ["info", "danger", "success", "warning"] {
        pairs.push((format!("color-text-{kind}"), format!("color-background-{kind}"), 4.5));
        pairs.push((format!("color-border-{kind}"), "color-background-primary".to_owned(), 3.0));
        pairs.push(("color-text-primary".to_owned(), format!("color-background-{kind}"), 4.5));
    }
    let mut poor = Vec::new();
    for (front, back, least) in &pairs {
        for (theme, name) in ["light", "dark"].iter().enumerate() {
            let found = contrast(colors[front][theme], colors[back][theme]);
            if found < *least {
                poor.push(format!("{name}: {front} on {back} is {found:.2}, needs {least}"));
            }
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn all_promised_names_are_there() {
    let mut names =
        vec!["color-ring-primary".to_owned(), "color-accent".into(), "color-on-accent".into(), "font-sans".into(), "font-mono".into()];
    for part in ["background", "text", "border"] {
        for kind in ["primary", "secondary", "tertiary", "inverse", "info", "danger", "success", "warning", "disabled"] {
            names.push(format!("color-{part}-{kind}"));
        }
    }
    for part in ["text", "heading"] {
        for size in ["xs", "sm", "md", "lg"] {
            names.extend([format!("font-{part}-{size}-size"), format!("font-{part}-{size}-line-height")]);
        }
    }
    names.extend(["normal", "medium", "semibold", "bold"].map(|weight| format!("font-weight-{weight}")));
    names.extend(["sm", "md", "lg", "full"].map(|size| format!("border-radius-{size}")));
    names.extend(["border-width-regular", "shadow-sm", "target-min"].map(str::to_owned));
    names.extend((1..=8).map(|step| format!("space-{step}")));
    names.extend((1..=6).map(|step| format!("chart-{step}")));
    let missing: Vec<_> = names.iter().filter(|name| !kandra::TOKENS_CSS.contains(&format!("\n    --{name}: "))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // Every name that the sheet uses, it defines.
    for used in kandra::TOKENS_CSS.split("var(--").skip(1) {
        let name = used.split(')').next().unwrap();
        assert!(kandra::TOKENS_CSS.contains(&format!("--{name}: ")), "{name} is used and not defined");
    }
}

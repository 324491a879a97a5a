//! The units: how many of the kind's first unit one of them is, and where its zero lies.

pub struct Unit {
    pub id: &'static str,
    pub name: &'static str,
    pub factor: f64,
    pub offset: f64,
}

const fn unit(id: &'static str, name: &'static str, factor: f64) -> Unit {
    Unit { id, name, factor, offset: 0.0 }
}

pub const KINDS: &[(&str, &[Unit])] = &[
    ("length", &[
        unit("m", "metres", 1.0),
        unit("km", "kilometres", 1000.0),
        unit("cm", "centimetres", 0.01),
        unit("mm", "millimetres", 0.001),
        unit("mi", "miles", 1609.344),
        unit("yd", "yards", 0.9144),
        unit("ft", "feet", 0.3048),
        unit("in", "inches", 0.0254),
        unit("nmi", "nautical miles", 1852.0),
    ]),
    ("mass", &[
        unit("kg", "kilograms", 1.0),
        unit("g", "grams", 0.001),
        unit("mg", "milligrams", 0.000001),
        unit("t", "tonnes", 1000.0),
        unit("lb", "pounds", 0.45359237),
        unit("oz", "ounces", 0.028349523125),
        unit("st", "stones", 6.35029318),
    ]),
    ("temperature", &[
        unit("K", "kelvin", 1.0),
        Unit { id: "C", name: "degrees Celsius", factor: 1.0, offset: 273.15 },
        Unit { id: "F", name: "degrees Fahrenheit", factor: 5.0 / 9.0, offset: 459.67 * 5.0 / 9.0 },
    ]),
    ("volume", &[
        unit("l", "litres", 1.0),
        unit("ml", "millilitres", 0.001),
        unit("m3", "cubic metres", 1000.0),
        unit("gal", "gallons (US)", 3.785411784),
        unit("qt", "quarts (US)", 0.946352946),
        unit("pt", "pints (US)", 0.473176473),
        unit("cup", "cups (US)", 0.2365882365),
        unit("floz", "fluid ounces (US)", 0.0295735295625),
        unit("tbsp", "tablespoons (US)", 0.01478676478125),
        unit("tsp", "teaspoons (US)", 0.00492892159375),
    ]),
    ("speed", &[
        unit("mps", "metres per second", 1.0),
        unit("kmh", "kilometres per hour", 1.0 / 3.6),
        unit("mph", "miles per hour", 0.44704),
        unit("kn", "knots", 1852.0 / 3600.0),
    ]),
    ("area", &[
        unit("m2", "square metres", 1.0),
        unit("km2", "square kilometres", 1_000_000.0),
        unit("ha", "hectares", 10_000.0),
        unit("ac", "acres", 4046.8564224),
        unit("ft2", "square feet", 0.09290304),
        unit("mi2", "square miles", 2_589_988.110336),
    ]),
    ("time", &[
        unit("s", "seconds", 1.0),
        unit("min", "minutes", 60.0),
        unit("h", "hours", 3600.0),
        unit("d", "days", 86_400.0),
        unit("wk", "weeks", 604_800.0),
    ]),
    ("data", &[
        unit("B", "bytes", 1.0),
        unit("kB", "kilobytes", 1000.0),
        unit("MB", "megabytes", 1_000_000.0),
        unit("GB", "gigabytes", 1_000_000_000.0),
        unit("TB", "terabytes", 1_000_000_000_000.0),
        unit("KiB", "kibibytes", 1024.0),
        unit("MiB", "mebibytes", 1_048_576.0),
        unit("GiB", "gibibytes", 1_073_741_824.0),
    ]),
];

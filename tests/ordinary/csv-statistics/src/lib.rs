#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use itertools::Itertools;
use std::{cmp::Ordering, collections::BTreeMap, fmt};

kandra::feature!(mount);

#[derive(Debug, Deserialize, Clone)]
struct Sale {
    #[serde(alias = "Product")]
    product: String,
    amount: u32,
    #[serde(default)]
    price: Option<f64>,
    #[serde(deserialize_with = "flag", default)]
    paid: bool,
}

fn flag<'de, D>(deserializer: D) -> std::result::Result<bool, D::Error>
where
    D: kandra::serde::Deserializer<'de>,
{
    struct Flag;
    impl kandra::serde::de::Visitor<'_> for Flag {
        type Value = bool;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("yes or no")
        }
        fn visit_str<E: kandra::serde::de::Error>(self, text: &str) -> std::result::Result<bool, E> {
            match text {
                "yes" | "true" | "1" => Ok(true),
                "no" | "false" | "0" | "" => Ok(false),
                other => Err(E::custom(format_args!("{other:?} is neither yes nor no"))),
            }
        }
    }
    deserializer.deserialize_str(Flag)
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
struct Summary {
    count: usize,
    total: f64,
    mean: f64,
    median: f64,
    deviation: f64,
}

impl FromIterator<f64> for Summary {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let sorted: Vec<f64> = values.into_iter().sorted_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal)).collect_vec();
        let count = sorted.len();
        if count == 0 {
            return Self::default();
        }
        let total: f64 = sorted.iter().sum();
        let mean = total / count as f64;
        let deviation = (sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count as f64).sqrt();
        let median = match sorted.as_slice() {
            [.., a, b] if count == 2 => f64::midpoint(*a, *b),
            _ if count.is_multiple_of(2) => (sorted[count / 2 - 1] + sorted[count / 2]) / 2.0,
            _ => sorted[count / 2],
        };
        Self { count, total, mean, median, deviation }
    }
}

fn mount(routes: &mut Routes) {
    routes.post("/statistics", statistics);
    routes.post("/transpose", transpose);
}

fn read(text: &str) -> Result<Vec<Sale>> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(false).from_reader(text.as_bytes());
    reader
        .deserialize()
        .take(1_000)
        .map(|row: csv::Result<Sale>| row.map_err(|error| Error::bad_request(error.to_string())))
        .try_collect()
}

async fn statistics(req: Request, _ctx: Ctx) -> Result<Response> {
    let sales = read(req.text()?)?;
    let by_product: BTreeMap<&str, Summary> = sales
        .iter()
        .into_group_map_by_ref()
        .into_iter()
        .map(|(product, sales)| (product, sales.into_iter().map(|s| f64::from(s.amount) * s.price.unwrap_or(1.0)).collect()))
        .collect();
    let unpaid = sales.iter().filter(|s| !s.paid).map(|s| s.product.as_str()).sorted().dedup().join(", ");
    Response::json(&json!({ "products": by_product, "unpaid": unpaid, "rows": sales.len() }))
}

/// What itertools does with a hash map, for ordered ones.
trait GroupByRef<'s>: Iterator<Item = &'s Sale> + Sized {
    fn into_group_map_by_ref(self) -> BTreeMap<&'s str, Vec<&'s Sale>> {
        let mut groups: BTreeMap<&'s str, Vec<&'s Sale>> = BTreeMap::new();
        for sale in self {
            groups.entry(&sale.product).or_default().push(sale);
        }
        groups
    }
}

impl<'s, I: Iterator<Item = &'s Sale>> GroupByRef<'s> for I {}

async fn transpose(req: Request, _ctx: Ctx) -> Result<Response> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(req.body());
    let rows: Vec<StringRecord> = reader.records().take(100).collect::<std::result::Result<_, _>>().map_err(|e| Error::bad_request(e.to_string()))?;
    let width = rows.iter().map(StringRecord::len).max().unwrap_or(0);
    let mut writer = WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    for column in 0..width {
        writer.write_record(rows.iter().map(|row| row.get(column).unwrap_or_default())).map_err(|e| Error::internal(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    Response::text(String::from_utf8_lossy(&bytes).into_owned())
}

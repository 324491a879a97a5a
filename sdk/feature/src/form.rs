//! HTML forms into structs.

use crate::{Error, Result, text};
use serde::de::value::{Error as Wrong, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

/// Reads `name=value&…` into a struct.
pub(crate) fn read<T: DeserializeOwned>(form: &str) -> Result<T> {
    let fields = Field::all(form);
    T::deserialize(MapDeserializer::new(fields.into_iter().map(|field| (field.name.clone(), field)))).map_err(|error| refuse(&error))
}

#[cold]
fn refuse(error: &Wrong) -> Error {
    Error::bad_request(format!("the form does not fit: {error}"))
}

/// All values of one name, in order.
struct Field {
    name: String,
    values: Vec<String>,
}

impl Field {
    fn all(form: &str) -> Vec<Self> {
        let mut fields: Vec<Self> = Vec::new();
        for (name, value) in text::pairs(form) {
            match fields.iter_mut().find(|field| field.name == name) {
                Some(field) => field.values.push(value),
                None => fields.push(Self { name, values: vec![value] }),
            }
        }
        fields
    }

    /// The last value counts, as browsers' hidden-field-then-checkbox habit wants it.
    fn last(self) -> Value {
        let Self { name, mut values } = self;
        Value { name, text: values.pop().unwrap_or_default() }
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Field {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! from_last {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.last().$method(visitor)
        }
    )* };
}

impl<'de> Deserializer<'de> for Field {
    type Error = Wrong;

    from_last! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_option
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let Self { name, values } = self;
        visitor.visit_seq(SeqDeserializer::new(values.into_iter().map(|text| Value { name: name.clone(), text })))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.last().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct tuple_struct map struct identifier ignored_any
    }
}

/// One value.
struct Value {
    name: String,
    text: String,
}

impl Value {
    fn wrong(&self, wanted: &str) -> Wrong {
        let shown: String = self.text.chars().take(40).collect();
        Wrong::custom(format_args!("`{}` must be {wanted}, not \"{shown}\"", self.name))
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Value {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $wanted:literal)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match self.text.trim().parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(self.wrong($wanted)),
            }
        }
    )* };
}

impl<'de> Deserializer<'de> for Value {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_string(self.text)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.text.trim() {
            "on" | "true" | "yes" | "1" => visitor.visit_bool(true),
            "off" | "false" | "no" | "0" | "" => visitor.visit_bool(false),
            _ => Err(self.wrong("true or false")),
        }
    }

    numbers! {
        deserialize_i8 visit_i8 "a whole number from -128 to 127"
        deserialize_i16 visit_i16 "a whole number"
        deserialize_i32 visit_i32 "a whole number"
        deserialize_i64 visit_i64 "a whole number"
        deserialize_i128 visit_i128 "a whole number"
        deserialize_u8 visit_u8 "a whole number from 0 to 255"
        deserialize_u16 visit_u16 "a whole number from 0 to 65535"
        deserialize_u32 visit_u32 "a whole number that is not negative"
        deserialize_u64 visit_u64 "a whole number that is not negative"
        deserialize_u128 visit_u128 "a whole number that is not negative"
        deserialize_f32 visit_f32 "a number"
        deserialize_f64 visit_f64 "a number"
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.text.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if !variants.contains(&self.text.as_str()) {
            return Err(self.wrong(&format!("one of {}", variants.join(", "))));
        }
        let variant: serde::de::value::StringDeserializer<Wrong> = self.text.into_deserializer();
        variant.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Wrong> {
        Err(Wrong::invalid_type(Unexpected::Str(&self.text), &"a list"))
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Small,
        Large,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Order {
        name: String,
        count: u8,
        price: Option<f64>,
        #[serde(default)]
        gift: bool,
        #[serde(default)]
        extras: Vec<u32>,
        size: Size,
    }

    #[test]
    fn a_form_fills_a_struct() {
        let order: Order = read("name=T%C3%A9a&count=3&price=&gift=on&extras=1&extras=2&size=large&unknown=x").unwrap();
        let want = Order { name: "Téa".to_owned(), count: 3, price: None, gift: true, extras: vec![1, 2], size: Size::Large };
        assert_eq!(order, want);
        let order: Order = read("name=&count=+4&price=1.5&size=small").unwrap();
        assert_eq!((order.price, order.gift, order.extras, order.size), (Some(1.5), false, vec![], Size::Small));
    }

    #[test]
    fn refusals_name_the_field() {
        for (form, word) in [
            ("count=3&size=small", "name"),
            ("name=a&count=many&size=small", "`count` must be a whole number from 0 to 255, not \"many\""),
            ("name=a&count=300&size=small", "count"),
            ("name=a&count=1&size=medium", "`size` must be one of small, large"),
            ("name=a&count=1&size=small&gift=maybe", "`gift` must be true or false"),
        ] {
            let error = read::<Order>(form).unwrap_err();
            assert_eq!(error.status(), 400);
            assert!(error.message().contains(word), "{form}: {}", error.message());
        }
    }
}

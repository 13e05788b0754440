//! Rows with any values: whatever type a field has, it gets a value of that type.

use datasets::trace::{
    AggregateRow, AppRow, AttributeRow, BreachRow, CloudRow, CycleRow, DegreeRow, EpochRow, EventRow, NodeRows,
    OverlayRow, ParamRow, RuleRow, RunRow, SliceRow, SuiteRow, Writer,
};
use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use crate::fixture;

/// Numbers from a seed (splitmix64).
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }

    fn whole(&mut self) -> u64 {
        let any = self.next();
        self.pick(&[0, 1, u64::MAX, u64::from(u32::MAX), any])
    }

    fn measure(&mut self) -> f64 {
        let any = f64::from_bits(self.next());
        self.pick(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.1, f64::MIN_POSITIVE, any, any])
    }

    fn text(&mut self) -> &'static str {
        self.pick(&["", "chat", "größer als 3 €", "\0", "a, \"b\"\n", "🦀", "数据"])
    }

    /// Rows of `nodes` of a cycle.
    pub fn nodes(&mut self, cycle: u32, count: u32) -> NodeRows {
        let mut rows = NodeRows { apps: Vec::new(), ..fixture::nodes(cycle, 0..count) };
        rows.apps.extend((0..count).map(|_| self.pick(&[None, Some(0), Some(1)])));
        for rank in rows.rank_fractions.iter_mut().flatten() {
            *rank = (!self.next().is_multiple_of(3)).then(|| self.measure());
        }
        for value in rows.attributes.iter_mut().flatten() {
            *value = self.measure() as f32;
        }
        rows
    }
}

/// How many tables [`push`] knows.
pub const TABLES: usize = 15;

/// Pushes a row of the table of this number.
pub fn push(writer: &mut Writer, table: usize, random: &mut Random) {
    macro_rules! any {
        ($($number:literal $row:ident,)+) => {
            match table {
                $($number => writer.push($row::deserialize(random).unwrap()),)+
                _ => panic!("there is no table {table}"),
            }
        };
    }
    any! {
        0 AggregateRow, 1 AppRow, 2 AttributeRow, 3 BreachRow, 4 CycleRow, 5 DegreeRow, 6 EpochRow, 7 EventRow,
        8 OverlayRow, 9 ParamRow, 10 RuleRow, 11 RunRow, 12 SliceRow, 13 SuiteRow, 14 CloudRow,
    }
}

impl<'de> Deserializer<'de> for &mut Random {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        panic!("rows have no fields of this type")
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u32(self.whole() as u32)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(self.whole())
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.measure())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.next().is_multiple_of(2))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.next().is_multiple_of(3) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// A list has a value for each attribute of the fleet.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Fields { left: fixture::meta().attributes.len(), random: self })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Fields { left: fields.len(), random: self })
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 char str bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// The values of so many fields.
struct Fields<'a> {
    left: usize,
    random: &'a mut Random,
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.random).map(Some)
    }
}

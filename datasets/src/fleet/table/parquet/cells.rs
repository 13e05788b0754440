//! Cells of a batch into the columns that are asked for.

use arrow_array::{Array, ArrayRef};

use super::super::moments::is_open;
use super::super::{Asked, Column, Content, Moments, delimited};
use super::{ids, moments, numbers, texts};

/// Notes a cell that is not what is asked for, by its row in the array and its text: `None` is a null.
type Refuse<'f> = &'f mut dyn FnMut(usize, Option<String>);

/// Puts the cells of an array into their column, or something in the place of one that is not what is asked for.
pub(super) fn take(column: &mut Column, asked: &Asked<'_>, array: &ArrayRef, refuse: Refuse<'_>) {
    match column {
        Column::Ids(ids) => {
            let write_id = ids::writer(array);
            let mut text = String::new();
            for row in 0..array.len() {
                text.clear();
                let is_exact = array.is_valid(row) && write_id(row, &mut text);
                if !is_exact || text.is_empty() {
                    refuse(row, array.is_valid(row).then(|| text.clone()));
                }
                ids.push(&text);
            }
        }
        column if texts::is_text(array.data_type()) => take_text(column, asked, array, refuse),
        Column::Numbers(values) => each(array, &mut |row, number, _| {
            let value = number.and_then(|number| asked.content.scaled(number));
            if value.is_none() {
                refuse(row, number.map(|number| number.to_string()));
            }
            values.push(value.unwrap_or(f64::NAN));
        }),
        Column::Moments(moments) => each(array, &mut |row, number, is_date| {
            if !take_moment(moments, asked, number, is_date) {
                refuse(row, number.map(|number| number.to_string()));
            }
        }),
    }
}

/// Takes a number or a date, or the open end that stands for it; says whether it is what is asked for.
fn take_moment(moments: &mut Moments, asked: &Asked<'_>, number: Option<f64>, is_date: bool) -> bool {
    let number = number.filter(|number| number.is_finite());
    let Content::Ends { open } = asked.content else {
        return number.is_some_and(|number| moments.push(number, is_date));
    };
    let is_mark = |number: &f64| open.is_some_and(|mark| is_open(&number.to_string(), Some(mark)));
    if let Some(number) = number.filter(|number| !is_mark(number)) {
        return moments.push(number, is_date);
    }
    moments.push_open();
    true
}

/// Hands out the numbers of an array and their rows, and whether they are dates; `None` for a null.
fn each(array: &dyn Array, take: &mut impl FnMut(usize, Option<f64>, bool)) {
    let is_date = moments::is_moment(array.data_type());
    if let Some(seconds) = moments::seconds(array) {
        return (0..).zip(seconds).for_each(|(row, seconds)| take(row, seconds, is_date));
    }
    let mut row = 0;
    numbers::each(array, &mut |number| {
        take(row, number, false);
        row += 1;
    });
}

/// Cells of text are read as those of csv.
fn take_text(column: &mut Column, asked: &Asked<'_>, array: &dyn Array, refuse: Refuse<'_>) {
    let is_end = matches!(asked.content, Content::Ends { .. });
    for row in 0..array.len() {
        let cell = texts::bytes(array, row);
        let is_taken = (is_end || cell.is_some()) && delimited::take(column, asked, cell.unwrap_or_default(), None);
        if !is_taken {
            refuse(row, cell.map(|cell| String::from_utf8_lossy(cell).into_owned()));
        }
    }
}

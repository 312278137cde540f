//! Several pictures on one page, each under its title.
//! Takes pages, gives a page. Must not know what is drawn on them.

use super::page::{Item, Page, Place, Point};
use super::style::{LARGE, MARGIN, PAPER};

/// Room for a title above a picture.
const TITLE: f64 = 50.0;

/// Puts titled pictures in rows of `columns`, from the upper left corner on; each is as large as it is by
/// itself.
#[must_use]
pub fn sheet(pictures: &[(String, Page)], columns: usize) -> Page {
    let columns = columns.clamp(1, pictures.len().max(1));
    let wide = pictures
        .iter()
        .map(|(_, page)| page.size.0)
        .fold(1.0, f64::max);
    let mut sheet = Page::new(1.0);
    sheet.items.clear();
    let mut top = 0.0;
    for row in pictures.chunks(columns) {
        let mut left = 0.0;
        for (title, page) in row {
            let moved = page
                .items
                .iter()
                .cloned()
                .map(|item| item.moved((left, top + TITLE)));
            sheet.items.extend(moved);
            sheet.text(
                title,
                (left + MARGIN, top + TITLE / 2.0 + MARGIN / 2.0),
                Place::Right,
                LARGE,
            );
            left += wide;
        }
        top += TITLE + row.iter().map(|(_, page)| page.size.1).fold(0.0, f64::max);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let across = wide * columns as f64;
    sheet.size = (across, top.max(1.0));
    sheet.items.insert(
        0,
        Item::Rectangle {
            upper_left: (0.0, 0.0),
            lower_right: sheet.size,
            colour: PAPER,
        },
    );
    sheet
}

impl Item {
    /// The same elsewhere.
    fn moved(self, by: Point) -> Item {
        let to = |at: Point| (at.0 + by.0, at.1 + by.1);
        match self {
            Item::Line {
                points,
                width,
                colour,
            } => Item::Line {
                points: points.into_iter().map(to).collect(),
                width,
                colour,
            },
            Item::Dot {
                centre,
                radius,
                colour,
            } => Item::Dot {
                centre: to(centre),
                radius,
                colour,
            },
            Item::Rectangle {
                upper_left,
                lower_right,
                colour,
            } => Item::Rectangle {
                upper_left: to(upper_left),
                lower_right: to(lower_right),
                colour,
            },
            Item::Text {
                text,
                at,
                anchor,
                upwards,
                size,
            } => Item::Text {
                text,
                at: to(at),
                anchor,
                upwards,
                size,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_in_rows_from_the_upper_left() {
        let page = Page::new(300.0);
        let five: Vec<(String, Page)> = (0..5).map(|k| (format!("p{k}"), page.clone())).collect();
        let sheet = sheet(&five, 2);
        assert_eq!(sheet.size, (2.0 * page.size.0, 3.0 * (300.0 + TITLE)));
        let titles: Vec<Point> = sheet
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text { at, .. } => Some(*at),
                _ => None,
            })
            .collect();
        assert_eq!(titles.len(), 5);
        assert!(titles[1].0 > titles[0].0 && titles[1].1 == titles[0].1);
        assert!(titles[2].0 == titles[0].0 && titles[2].1 > titles[0].1);
    }
}

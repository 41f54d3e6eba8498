//! Where text is shown: a person's terminal, with its width and colours, or a pipe, with neither.

use super::fact::{Fact, Facts, Value};
use crate::logging::has_colours;
use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableComponent, Width, presets,
};
use covertrail_domain::coverage::Badge;
use std::io::IsTerminal as _;

/// What is known of the standard output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    terminal: bool,
    coloured: bool,
}

impl Screen {
    /// The process's own. `NO_COLOR` keeps a terminal plain, `CLICOLOR_FORCE` colours a pipe.
    pub(crate) fn of_process() -> Self {
        let stdout = std::io::stdout();
        Self { terminal: stdout.is_terminal(), coloured: has_colours(&stdout) }
    }

    /// A pipe: every row on one line, nothing cut, no colours.
    #[cfg(test)]
    pub(crate) const fn pipe() -> Self {
        Self { terminal: false, coloured: false }
    }

    /// A table with this heading. On a terminal it keeps within the width.
    pub(crate) fn table<'a>(self, heading: impl IntoIterator<Item = &'a str>) -> Table {
        let mut table = self.bare();
        if self.terminal {
            table.set_style(TableComponent::HeaderLines, '─');
        }
        table.set_header(heading);
        table
    }

    /// Rows of the same facts, under their names; below each other where the terminal is too narrow for that.
    pub(crate) fn rows(self, rows: &[Facts]) -> String {
        let Some(first) = rows.first() else { return String::new() };
        let mut table = self.table(first.0.iter().map(|fact| fact.name));
        table.add_rows(rows.iter().map(|row| row.0.iter().map(|fact| self.cell(&fact.value))));
        if fits(&mut table) {
            return shown(&table);
        }
        let mut table = self.bare();
        for row in rows {
            self.indented(&mut table, row, "- ", "  ");
        }
        shown(&table)
    }

    /// Facts under each other. What is too long for a line is indented below its name, each item of a list from a dash on.
    pub(crate) fn block(self, facts: &Facts) -> String {
        let mut table = self.bare();
        self.indented(&mut table, facts, "", "");
        shown(&table)
    }

    fn indented(self, table: &mut Table, facts: &Facts, first: &str, further: &str) {
        let mut indent = first;
        for Fact { name, value } in facts.0.iter().filter(|fact| !fact.value.is_nothing()) {
            let (name, below) = (format!("{indent}{name}"), format!("{further}  "));
            let items = value.records();
            if let Value::Record(inner) = value {
                table.add_row([name]);
                self.indented(table, inner, &below, &below);
            } else if items.is_empty() {
                table.add_row([Cell::new(name), self.cell(value)]);
            } else {
                table.add_row([name]);
                for item in items {
                    self.indented(table, item, &format!("{further}- "), &below);
                }
            }
            indent = further;
        }
    }

    /// Parts of a cell: under each other where a person reads, on one line where a program may.
    pub(crate) fn stack(self, parts: &[String], between: &str) -> String {
        parts.join(if self.terminal { "\n" } else { between })
    }

    /// A cell in a colour, if there are any.
    pub(crate) fn coloured(self, text: impl ToString, colour: Color) -> Cell {
        let cell = Cell::new(text);
        if self.coloured { cell.fg(colour).add_attribute(Attribute::Bold) } else { cell }
    }

    fn cell(self, value: &Value) -> Cell {
        if let Value::Standing(badge) = value {
            return self.coloured(badge, colour(*badge));
        }
        Cell::new(value.inline())
    }

    /// A table without a heading or lines.
    pub(crate) fn bare(self) -> Table {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.style_text_only();
        if !self.terminal {
            table.force_no_tty();
        }
        if self.coloured {
            table.enforce_styling();
        }
        table
    }
}

/// A column whose content is no longer than this is never wrapped.
const WORD: u16 = 22;
/// The least width of the longest column, and of the others that may be wrapped.
const LEAST: (u16, u16) = (20, 10);
/// What stands beside each column's content.
const BLANKS: u16 = 2;

/// Says which columns may be wrapped; whether the table then fits the terminal.
fn fits(table: &mut Table) -> bool {
    let Some(width) = table.width() else { return true };
    let contents = table.column_max_content_widths();
    let longest = contents.iter().max().copied().unwrap_or_default();
    let least = |content: u16| match content {
        content if content <= WORD => content.saturating_add(BLANKS),
        content if content == longest => LEAST.0 + BLANKS,
        _ => LEAST.1 + BLANKS,
    };
    for (column, content) in table.column_iter_mut().zip(&contents) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least(*content))));
    }
    let needed: usize = contents.iter().map(|content| usize::from(least(*content))).sum();
    needed <= usize::from(width)
}

/// Has a column wrapped at that width at the earliest, where the terminal is wide enough to afford it.
pub(crate) fn keep_width(table: &mut Table, column: usize, characters: u16) {
    let wide = table.width().is_some_and(|width| width / 4 >= characters);
    if let Some(column) = table.column_mut(column).filter(|_| wide) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(characters)));
    }
}

/// The table as lines, without blanks at their ends.
pub(crate) fn shown(table: &Table) -> String {
    table.trim_fmt()
}

/// The colour of a standing: red is an emergency, yellow wants a person, green is well.
pub(crate) fn colour(badge: Badge) -> Color {
    match badge {
        Badge::UninsuredWorking => Color::Red,
        Badge::AtRisk | Badge::Unknown | Badge::NeedsReview => Color::Yellow,
        Badge::ExpiresBeforeWorkEnds | Badge::Expiring | Badge::Arranging | Badge::Waived => Color::Cyan,
        Badge::Insured => Color::Green,
        Badge::Exempt | Badge::Done => Color::Grey,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(width: Option<u16>) -> Table {
        let mut table = Screen::pipe().table(["work order", "standing", "reason"]);
        table.add_row(["WO-1", "uninsured-and-working", &"the contractor has not applied ".repeat(8)]);
        if let Some(width) = width {
            table.set_width(width);
        }
        table
    }

    #[test]
    fn a_table_fits_a_terminal_that_can_wrap_its_longest_column() {
        for (width, expected) in [(None, true), (Some(120), true), (Some(60), true), (Some(50), false)] {
            assert_eq!(fits(&mut table(width)), expected, "{width:?}");
        }
    }

    #[test]
    fn words_stay_whole_where_the_table_fits() {
        let mut table = table(Some(60));
        assert!(fits(&mut table));
        let text = shown(&table);
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert!(text.contains(" WO-1 ") && text.contains(" uninsured-and-working "), "{text}");
    }
}

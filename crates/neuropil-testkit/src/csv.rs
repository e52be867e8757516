//! A reader of the reference tables: comments, one header line, numbers.
//!
//! Lines that begin with `#` are comments and kept; the first other line names the columns; every later
//! line holds one number a column. An empty field is NaN (a value that is not defined there).

use crate::Error;
use std::path::Path;

/// A table of numbers, stored by columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The name of the file, for messages.
    pub name: String,
    /// The comment lines, without `#` and surrounding blanks.
    pub comments: Vec<String>,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The numbers: `data[column][row]`.
    pub data: Vec<Vec<f64>>,
}

impl Table {
    /// Reads a table from a file.
    ///
    /// # Errors
    /// If the file cannot be read, has no header, or a line has a wrong number of fields or no number.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|e| Error::new(path, e.to_string()))?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a table from a text; `name` stands in messages.
    ///
    /// # Errors
    /// As for [`Table::read`].
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let mut table = Self {
            name: name.to_owned(),
            comments: Vec::new(),
            columns: Vec::new(),
            data: Vec::new(),
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if let Some(comment) = line.strip_prefix('#') {
                table.comments.push(comment.trim().to_owned());
                continue;
            }
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            if table.columns.is_empty() {
                table.columns = fields.into_iter().map(str::to_owned).collect();
                table.data = vec![Vec::new(); table.columns.len()];
                continue;
            }
            table
                .push(&fields)
                .map_err(|problem| Error::new(name, format!("line {}: {problem}", number + 1)))?;
        }
        if table.columns.is_empty() {
            return Err(Error::new(name, "no header line"));
        }
        Ok(table)
    }

    fn push(&mut self, fields: &[&str]) -> Result<(), String> {
        if fields.len() != self.columns.len() {
            return Err(format!(
                "{} fields, the header has {}",
                fields.len(),
                self.columns.len()
            ));
        }
        for (column, field) in self.data.iter_mut().zip(fields) {
            let value = if field.is_empty() {
                f64::NAN
            } else {
                let parsed = field.parse();
                parsed.map_err(|_| format!("`{field}` is no number"))?
            };
            column.push(value);
        }
        Ok(())
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.data.first().map_or(0, Vec::len)
    }

    /// Returns a column by its name.
    ///
    /// # Errors
    /// If there is none; the message lists those that are.
    pub fn column(&self, name: &str) -> Result<&[f64], Error> {
        let position = self.columns.iter().position(|column| column == name);
        let found = position.and_then(|k| self.data.get(k));
        found.map(Vec::as_slice).ok_or_else(|| {
            let known = self.columns.join(", ");
            Error::new(&self.name, format!("no column `{name}`; there are {known}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_header_and_numbers() {
        let text = "# made by hand\n t_ms, v_mV\n\n0,-65\n0.05,-6.45e1\n0.1,\n";
        let table = Table::parse("t", text).expect("a table");
        assert_eq!(table.comments, ["made by hand"]);
        assert_eq!(table.columns, ["t_ms", "v_mV"]);
        assert_eq!(table.rows(), 3);
        assert_eq!(table.column("t_ms").expect("there"), [0.0, 0.05, 0.1]);
        let v = table.column("v_mV").expect("there");
        assert_eq!(v[..2], [-65.0, -64.5]);
        assert!(v[2].is_nan());
    }

    #[test]
    fn mistakes_name_the_line() {
        let wrong = |text: &str| Table::parse("t", text).expect_err("wrong").to_string();
        assert_eq!(
            wrong("a,b\n1,2\n3\n"),
            "t: line 3: 1 fields, the header has 2"
        );
        assert_eq!(wrong("a\nx\n"), "t: line 2: `x` is no number");
        assert_eq!(wrong("# only a comment\n"), "t: no header line");
        let table = Table::parse("t", "a,b\n").expect("a table");
        assert_eq!(
            table.column("c").expect_err("absent").to_string(),
            "t: no column `c`; there are a, b"
        );
    }
}

//! What stands in a picture: ticks, labels, marks, and pixels.

use neuropil_plot::{
    Axis, ColourMap, Figure, Heatmap, Histogram, Lines, PlotError, Raster, RasterPopulation, Series,
};
use proptest::prelude::*;
use resvg::tiny_skia::Pixmap;

/// The words of a picture, in the order in which they are written.
fn words(svg: &str) -> Vec<String> {
    svg.split("<text")
        .skip(1)
        .filter_map(|part| part.split_once('>')?.1.split_once("</text>"))
        .map(|(text, _)| text.to_owned())
        .collect()
}

/// The data of the paths with a colour as stroke.
fn strokes<'a>(svg: &'a str, colour: &str) -> Vec<&'a str> {
    let stroke = format!("stroke=\"{colour}\"");
    svg.lines()
        .filter(|line| line.starts_with("<path") && line.contains(&stroke))
        .filter_map(|line| Some(line.split_once("d=\"")?.1.split_once('"')?.0))
        .collect()
}

/// The points of absolute path data.
fn points(data: &str) -> Vec<(f64, f64)> {
    data.split(['M', 'L'])
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (x, y) = part.split_once(' ').expect("two numbers");
            (x.parse().expect("a number"), y.parse().expect("a number"))
        })
        .collect()
}

const BLUE: &str = "#0072b2";
const VERMILION: &str = "#d55e00";

fn trace(n: usize, value: impl Fn(usize) -> f64) -> Series {
    let x: Vec<f64> = (0..n).map(|k| k as f64 * 0.1).collect();
    Series::new("cell.V", x, (0..n).map(value).collect())
}

fn voltage(series: Series) -> Figure {
    Figure::new().below(Lines::traces(Axis::new("V", "mV"), vec![series]))
}

#[test]
fn a_trace_has_its_axes_and_its_title() {
    let svg = voltage(trace(1001, |k| -70.0 + (k % 100) as f64))
        .titled("A & B")
        .to_svg();
    let words = words(&svg);
    for expected in [
        "A &amp; B",
        "cell.V",
        "V (mV)",
        "time (ms)",
        "0",
        "50",
        "100",
        "\u{2212}60",
    ] {
        assert!(
            words.iter().any(|w| w == expected),
            "`{expected}` in {words:?}"
        );
    }
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"880\""));
    assert_eq!(strokes(&svg, BLUE).len(), 1);
}

#[test]
fn a_peak_of_one_sample_survives_in_a_long_trace() {
    let svg = voltage(trace(200_000, |k| if k == 123_457 { 40.0 } else { -65.0 })).to_svg();
    let points = points(strokes(&svg, BLUE)[0]);
    // Four points a column of one point at most, and the page has 880 columns.
    assert!(points.len() < 4 * 880, "{}", points.len());
    let top = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let highest: Vec<_> = points.iter().filter(|p| p.1 == top).collect();
    assert_eq!(highest.len(), 1);
    // It stands at its place between the ends of the trace, within the width of a column.
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let expected = first + (last - first) * 123_457.0 / 199_999.0;
    assert!((highest[0].0 - expected).abs() < 1.0);
}

#[test]
fn values_that_are_not_finite_are_gaps() {
    let holes = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e305];
    let svg = voltage(trace(100, |k| {
        if k % 20 == 10 {
            holes[k / 20 % 4]
        } else {
            -65.0
        }
    }))
    .to_svg();
    // Five holes in a hundred samples leave six pieces, each begun by a move.
    assert_eq!(strokes(&svg, BLUE)[0].matches('M').count(), 6);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn a_raster_names_its_populations_and_draws_each_spike() {
    let exc = RasterPopulation::new("exc", 4, vec![(1.0, 0), (2.0, 3), (3.0, 1)]);
    // One spike is outside the span, one of no neuron.
    let inh = RasterPopulation::new("inh", 2, vec![(1.5, 1), (11.0, 0), (1.5, 2)]);
    let svg = Figure::new()
        .below(Raster::new(vec![exc, inh], (0.0, 10.0)))
        .to_svg();
    let words = words(&svg);
    assert!(
        ["exc", "inh", "4", "2"]
            .iter()
            .all(|w| words.iter().any(|x| x == w)),
        "{words:?}"
    );
    assert_eq!(strokes(&svg, BLUE)[0].matches('M').count(), 3);
    assert_eq!(strokes(&svg, VERMILION)[0].matches('M').count(), 1);
}

#[test]
fn a_large_raster_stays_small_and_says_what_it_leaves_out() {
    let spikes: Vec<(f64, u32)> = (0..1_000_000_u32)
        .map(|k| (f64::from(k % 10_007) * 0.0999, k % 20_000))
        .collect();
    let raster = Raster::new(
        vec![RasterPopulation::new("E", 20_000, spikes)],
        (0.0, 1000.0),
    );
    let svg = Figure::new().below(raster).to_svg();
    // A million spikes over 120,000 is nine neurons for one.
    assert!(words(&svg).iter().any(|w| w == "1 of 9 neurons drawn"));
    assert!(svg.len() < 1_500_000, "{}", svg.len());
    assert_eq!(strokes(&svg, BLUE).len(), 1);
}

#[test]
fn a_dense_raster_draws_every_place() {
    // 500 neurons, one spike each, on a diagonal: no two in the same place of the page.
    let spikes: Vec<(f64, u32)> = (0..500_u32)
        .rev()
        .map(|k| (f64::from(k) * 2.0, k))
        .collect();
    let raster = Raster::new(vec![RasterPopulation::new("E", 500, spikes)], (0.0, 1000.0));
    let svg = Figure::new().below(raster).to_svg();
    assert_eq!(strokes(&svg, BLUE)[0].matches('h').count(), 500);
}

#[test]
fn panels_above_one_another_share_time() {
    let raster = Raster::new(
        vec![RasterPopulation::new("E", 3, vec![(1.0, 1)])],
        (0.0, 100.0),
    );
    let traces = Lines::traces(Axis::new("V", "mV"), vec![trace(501, |k| k as f64)]);
    let svg = Figure::new()
        .below(raster.clone())
        .below(traces.clone())
        .to_svg();
    let words_of = |svg: &str| words(svg).iter().filter(|w| *w == "time (ms)").count();
    assert_eq!(words_of(&svg), 1);
    // The trace ends at 50 ms, half of the common axis: at half of the width of the raster's.
    let trace_end = points(strokes(&svg, BLUE)[1]).last().expect("a point").0;
    let alone = Figure::new().below(raster.clone()).to_svg();
    assert!(svg.contains("100</text>") && alone.contains("100</text>"));
    let axis = svg
        .lines()
        .find(|l| l.starts_with("<line"))
        .expect("an axis");
    let number = |name: &str| -> f64 {
        let (_, rest) = axis
            .split_once(&format!("{name}=\""))
            .expect("the attribute");
        rest.split('"')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number")
    };
    let middle = f64::midpoint(number("x1"), number("x2"));
    assert!((trace_end - middle).abs() < 0.02, "{trace_end} {middle}");
    // Beside one another, each has its own.
    assert_eq!(
        words_of(&Figure::new().below(raster).beside(traces).to_svg()),
        2
    );
}

#[test]
fn long_times_are_in_seconds() {
    let raster = Raster::new(vec![RasterPopulation::new("E", 1, vec![])], (0.0, 10_000.0));
    let words = words(&Figure::new().below(raster).to_svg());
    assert!(
        words.iter().any(|w| w == "time (s)") && words.iter().any(|w| w == "10"),
        "{words:?}"
    );
}

#[test]
fn empty_panels_say_so() {
    let figure = Figure::new()
        .below(Raster::new(
            vec![RasterPopulation::new("E", 9, vec![])],
            (0.0, 1.0),
        ))
        .below(Raster::default())
        .below(Lines::traces(Axis::new("V", "mV"), vec![]))
        .below(Histogram::new(Axis::default(), vec![f64::NAN]))
        .below(Heatmap::matrix(Axis::default(), vec![], 3));
    let words = words(&figure.to_svg());
    assert_eq!(words.iter().filter(|w| *w == "no spikes").count(), 2);
    assert_eq!(words.iter().filter(|w| *w == "no data").count(), 3);
    assert!(figure.to_png(1.0).is_ok());
    assert!(Figure::new().to_png(1.0).is_ok());
}

#[test]
fn rates_are_counts_over_bins_and_neurons() {
    // A span takes a < t <= b: the spike at 0 is outside, those at 10 and 20 end their bins.
    let rate = Series::rate(
        "E",
        &[0.0, 1.0, 10.0, 10.1, 20.0, 29.0, 31.0],
        4,
        (0.0, 30.0),
        10.0,
    );
    assert_eq!(&*rate.x, [5.0, 15.0, 25.0]);
    // Two spikes of four neurons in 10 ms are 50 Hz.
    assert_eq!(rate.y, [50.0, 50.0, 25.0]);
    assert!(
        Series::rate("E", &[1.0], 0, (0.0, f64::NAN), 0.0)
            .y
            .is_empty()
    );
}

#[test]
fn series_group_by_unit() {
    let item = |name: &str, unit: &str| (Axis::new(name, unit), trace(3, |k| k as f64));
    let panels = Lines::traces_by_unit(vec![
        item("V", "mV"),
        item("I", "pA"),
        item("u", "mV"),
        item("I", "pA"),
    ]);
    let axes: Vec<(&str, usize)> = panels
        .iter()
        .map(|p| (p.y.name.as_str(), p.series.len()))
        .collect();
    assert_eq!(axes, [("", 2), ("I", 2)]);
    let svg = Figure::new().below(panels[0].clone()).to_svg();
    assert!(words(&svg).iter().any(|w| w == "voltage (mV)"));
}

#[test]
fn histograms_count_every_value() {
    let values = vec![0.0, 0.1, 0.1, 0.2, 0.9, 1.0, f64::NAN];
    let mut histogram = Histogram::new(Axis::new("x", ""), values);
    histogram.bins = Some(3);
    let svg = Figure::new().below(histogram).to_svg();
    let bars = svg
        .lines()
        .find(|l| l.starts_with("<path") && l.contains("fill=\"#0072b2\""));
    let data = bars.and_then(|l| l.split('"').nth(1)).expect("bars");
    // Height of each bar in parts of the lowest: bins of 0.2 hold 3, 1, and at the end 2 values.
    let heights: Vec<f64> = data
        .split('v')
        .skip(1)
        .map(|part| {
            part.split('h')
                .next()
                .and_then(|h| h.parse().ok())
                .expect("a height")
        })
        .collect();
    let least = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let counts: Vec<f64> = heights.iter().map(|h| (h / least).round()).collect();
    assert_eq!(counts, [3.0, 1.0, 2.0]);
}

/// Counts that were made before are drawn as they are, in their bins.
#[test]
fn counts_become_bars() {
    let axis = || Axis::new("interval", "ms");
    let counted = Histogram::of_counts(axis(), (0.0, 2.0), vec![4, 0, 1]);
    let svg = Figure::new().below(counted).to_svg();
    let bars = svg
        .lines()
        .find(|l| l.starts_with("<path") && l.contains("fill=\"#0072b2\""));
    let bars = bars.expect("bars").matches('M').count();
    assert_eq!(bars, 2, "an empty bin has no bar");
    // Half a bin stands free at both ends of three bins of 2 ms.
    let numbers = words(&svg)
        .into_iter()
        .filter_map(|word| word.parse::<f64>().ok());
    assert_eq!(numbers.fold(0.0, f64::max), 7.0);
    for (first, width, counts) in [
        (0.0, 0.0, vec![1]),
        (f64::NAN, 1.0, vec![1]),
        (0.0, 1.0, vec![]),
    ] {
        let figure = Figure::new().below(Histogram::of_counts(axis(), (first, width), counts));
        assert!(figure.to_svg().contains("no data"));
    }
}

/// A band reaches as far above and below its line as the errors say, and the axis makes room for it.
#[test]
fn errors_are_a_band_around_their_line() {
    let series = trace(5, |_| 10.0).with_errors(vec![2.0; 5]);
    let svg = voltage(series).to_svg();
    let band = svg
        .lines()
        .find(|line| line.contains("fill-opacity=\"0.16\""));
    let data = band
        .and_then(|line| line.split_once("d=\"")?.1.split_once('"'))
        .expect("a band")
        .0;
    let places: Vec<f64> = points(data.trim_end_matches('z'))
        .iter()
        .map(|point| point.1)
        .collect();
    let line = points(strokes(&svg, BLUE)[0])[0].1;
    let (top, bottom) = (places[0], places[places.len() - 1]);
    assert_eq!(places.len(), 10);
    assert!(
        (line - top - (bottom - line)).abs() < 0.2 && line - top > 20.0,
        "{places:?}"
    );
}

#[test]
fn the_rows_of_a_map_may_be_frequencies() {
    let map = Heatmap::over_time(
        Axis::new("power", ""),
        vec![1.0, 2.0, 3.0, 4.0],
        2,
        (0.0, 1.0),
    );
    let svg = Figure::new()
        .below(map.with_rows(Axis::new("frequency", "Hz"), (100.0, 300.0)))
        .to_svg();
    let words = words(&svg);
    assert!(words.iter().any(|word| word == "frequency (Hz)"));
    assert!(words.iter().any(|word| word == "200"), "{words:?}");
}

#[test]
fn a_heatmap_puts_values_where_they_belong() {
    // Two samples of three elements; only element 2 at sample 0 is high.
    let values = vec![0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    let mut map = Heatmap::over_time(Axis::new("r", "Hz"), values, 3, (0.0, 10.0));
    map.map = ColourMap::Sequential;
    let png = Figure::new().below(map).to_png(1.0).expect("a picture");
    let pixels = Pixmap::decode_png(&png).expect("pixels");
    let bright = |x: u32, y: u32| {
        pixels
            .pixel(x, y)
            .is_some_and(|p| p.red() > 200 && p.blue() < 120)
    };
    let columns = |y: u32| (60..780).filter(|x| bright(*x, y)).count();
    // Elements grow upwards, so the high value is in the top third and the left half.
    let height = pixels.height();
    let found: Vec<u32> = (0..height).filter(|y| columns(*y) > 100).collect();
    assert!(!found.is_empty() && found[found.len() - 1] < height / 2);
    let y = found[found.len() / 2];
    let right = (60..780)
        .rev()
        .find(|x| bright(*x, y))
        .expect("a bright pixel");
    assert!(right < 480, "{right}");
}

#[test]
fn the_png_has_the_size_and_the_ink() {
    let figure = voltage(trace(500, |k| (k % 50) as f64));
    let svg = figure.to_svg();
    let height: f64 = svg
        .split_once(" height=\"")
        .and_then(|(_, rest)| rest.split('"').next()?.parse().ok())
        .expect("a height");
    let pixels = Pixmap::decode_png(&figure.to_png(1.5).expect("a picture")).expect("pixels");
    assert_eq!(
        (pixels.width(), pixels.height()),
        (1320, (height * 1.5).round() as u32)
    );
    let count = |red: u8, green: u8, blue: u8| {
        let near = |a: u8, b: u8| a.abs_diff(b) < 24;
        let is = |p: &&resvg::tiny_skia::PremultipliedColorU8| {
            near(p.red(), red) && near(p.green(), green) && near(p.blue(), blue)
        };
        pixels.pixels().iter().filter(is).count()
    };
    assert!(count(0x00, 0x72, 0xb2) > 2000, "the trace");
    // Ink of titles and labels: the embedded font is found without any font of the system.
    assert!(
        count(0x22, 0x22, 0x22) > 150,
        "the text: {}",
        count(0x22, 0x22, 0x22)
    );
    assert!(count(0xff, 0xff, 0xff) > 200_000, "the page");
}

#[test]
fn a_senseless_scale_is_refused() {
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 0.01, 17.0] {
        let result = voltage(trace(3, |k| k as f64)).to_png(scale);
        assert!(matches!(result, Err(PlotError::Scale { .. })), "{scale}");
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    let figure = voltage(trace(5000, |k| ((k * k) % 97) as f64));
    assert_eq!(figure.to_svg(), figure.clone().to_svg());
    assert_eq!(
        figure.to_png(1.0).expect("a picture"),
        figure.to_png(1.0).expect("a picture")
    );
}

#[test]
fn units_are_written_as_in_print() {
    for (unit, expected) in [
        ("mV", "mV"),
        ("uA/cm^2", "\u{b5}A/cm\u{b2}"),
        ("mS*cm^-2", "mS\u{b7}cm\u{207b}\u{b2}"),
        ("MOhm", "M\u{3a9}"),
        ("1/ms", "1/ms"),
        ("degC", "\u{b0}C"),
        ("mV/s^0.5", "mV/s^0.5"),
        ("um^10", "\u{b5}m\u{b9}\u{2070}"),
    ] {
        assert_eq!(neuropil_plot::pretty_unit(unit), expected);
    }
    assert_eq!(
        neuropil_plot::quantity_of_unit("1/ms").as_deref(),
        Some("rate")
    );
    assert_eq!(
        neuropil_plot::quantity_of_unit("mS/cm^2").as_deref(),
        Some("conductance per area")
    );
    assert_eq!(neuropil_plot::quantity_of_unit("furlong"), None);
    assert_eq!(neuropil_plot::quantity_of_unit(""), None);
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -100.0_f64..100.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(0.0)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the data, the figure is drawn, is well-formed, and holds only finite numbers.
    #[test]
    fn no_data_break_a_figure(
        x in prop::collection::vec(any_number(), 0..30),
        y in prop::collection::vec(any_number(), 0..30),
        span in (any_number(), any_number()),
        size in 0_u32..2000,
        name in ".{0,40}",
        unit in ".{0,12}",
    ) {
        let spikes: Vec<(f64, u32)> = x.iter().enumerate().map(|(k, t)| (*t, k as u32 * 7)).collect();
        let axis = Axis::new(name.clone(), unit);
        let series = || vec![
            Series::new(name.clone(), x.clone(), y.clone()).with_spikes(y.clone()),
            Series::new("b", y.clone(), x.clone()).with_errors(y.clone()),
        ];
        let figure = Figure::new()
            .titled(name.clone())
            .below(Raster::new(vec![RasterPopulation::new(name.clone(), size, spikes)], span))
            .below(Lines::traces(axis.clone(), series()).with_span(span))
            .below(Lines::curve(axis.clone(), axis.clone(), series()))
            .beside(Histogram::new(axis.clone(), y.clone()))
            .below(Heatmap::over_time(axis.clone(), y.clone(), 3, span))
            .beside(Heatmap::matrix(axis, x.clone(), 4));
        let svg = figure.to_svg();
        prop_assert!(!svg.contains("NaN") || name.contains("NaN"));
        // A tenth of the size is enough to see that the renderer accepts the text.
        prop_assert!(figure.to_png(0.1).is_ok());
    }
}

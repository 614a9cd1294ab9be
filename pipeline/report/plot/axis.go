package plot

// Axis is a horizontal axis: a rule from top to bottom at each tick, and its label
// below. Labels at the ends are turned inwards, so that none is cut off.
func Axis(s Scale, ticks []float64, label func(float64) string, top, bottom float64) []Mark {
	var marks []Mark
	for _, v := range ticks {
		x := s.At(v)
		marks = append(marks,
			Line(x, top, x, bottom, "rule"),
			Text(x, bottom+15, AnchorAt(x), label(v), "tick"))
	}
	return marks
}

// AnchorAt is how a text at x is anchored to stay within the plot.
func AnchorAt(x float64) Anchor {
	switch {
	case x < 6:
		return Start
	case x > 94:
		return End
	}
	return Middle
}

// Levels is a vertical axis: a rule across at each tick, and its label above the
// rule's left end. The scale is in pixels.
func Levels(s Scale, ticks []float64, label func(float64) string) []Mark {
	var marks []Mark
	for _, v := range ticks {
		y := s.At(v)
		marks = append(marks, Line(0, y, 100, y, "rule"), Text(0, y-4, Start, label(v), "tick"))
	}
	return marks
}

package main

import "crawl/pipeline"

// source is one thing that a process may run short of.
type source struct {
	name  string
	share func() float64 // of what it may use; from 1 on it has too little
}

// pressure is that of whichever source is the shortest.
func pressure(sources ...source) pipeline.Pressure {
	return func() (worst float64, of string) {
		for _, s := range sources {
			if share := s.share(); share > worst {
				worst, of = share, s.name
			}
		}
		return worst, of
	}
}

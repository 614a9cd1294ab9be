package disk

import "hash/maphash"

// fingerprint stands for a name: 128 bits of hashes whose seeds only this process knows.
// Among 100 million names the odds that any two have the same are below 1 in 10^22, and
// nobody can make them: as exact as the names themselves, which memory and disks may get
// wrong too, and far more often. The zero value is nobody's.
type fingerprint struct{ high, low uint64 }

// first is its first n bits.
func (p fingerprint) first(n uint) uint64 { return p.high >> (64 - n) }

// fingerprinter makes them.
type fingerprinter [2]maphash.Seed

func newFingerprinter() fingerprinter {
	return fingerprinter{maphash.MakeSeed(), maphash.MakeSeed()}
}

func (f *fingerprinter) of(name string) fingerprint {
	return fingerprint{maphash.String(f[0], name), maphash.String(f[1], name) | 1}
}

func (f *fingerprinter) bytes(name []byte) fingerprint {
	return fingerprint{maphash.Bytes(f[0], name), maphash.Bytes(f[1], name) | 1}
}

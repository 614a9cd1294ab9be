// Package batch transforms many files and records what became of each.
package batch

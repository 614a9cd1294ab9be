// Package uring reads files through Linux io_uring.
package uring

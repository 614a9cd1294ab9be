//go:build !unix

package program

import "os/exec"

// There are no process groups here: the program alone is ended.

func ownGroup(*exec.Cmd) {}

func terminateGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // if it has not ended already

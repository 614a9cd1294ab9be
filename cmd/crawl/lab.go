package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"time"

	"crawl/fetch/fetchtest"

	"github.com/spf13/cobra"
)

func newLab(p process, c *console) *cobra.Command {
	port, hosts := count{n: fetchtest.DefaultPort, most: 65535}, count{n: 64, least: 1, most: 254}
	hostile := false
	cmd := &cobra.Command{
		Use:   "lab [--port N] [--hosts N | --hostile]",
		Short: "Serve a local site with delays, faults and traps",
		Long: `Serve a site made for trying crawlers, on 127.0.0.1, 127.0.0.2 and so on, until
Ctrl-C. Its first page lists every path with an example. Below /site/5000/ so many
pages link to each other, with redirects, pages that are gone, slow and forbidden.

With --hostile, serve what no server should do, a case a URL: broken and endless
answers, bombs, bad certificates, redirects into private networks. Its first page
says what has to become of each.`,
		Example:               "  crawl lab\n  crawl lab --port 9000 --hosts 4\n  crawl lab --hostile",
		Args:                  noArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case hostile && cmd.Flags().Changed("hosts"):
				return usageError("--hosts and --hostile exclude each other")
			case hostile:
				return serveHostile(cmd.Context(), p, c, fetchtest.Options{Port: port.n})
			}
			return serveLab(cmd.Context(), p, c, fetchtest.Options{Hosts: hosts.n, Port: port.n})
		},
	}
	cmd.Flags().Var(&port, "port", "port to serve on; 0: any that is free")
	cmd.Flags().Var(&hosts, "hosts", "loopback addresses to serve on")
	cmd.Flags().BoolVar(&hostile, "hostile", false, "serve broken and malicious answers instead, on 127.0.0.1")
	return cmd
}

func serveLab(ctx context.Context, p process, c *console, o fetchtest.Options) error {
	lab, err := fetchtest.Start(ctx, o)
	if err != nil {
		return labError(err, o)
	}
	c.say("lab on %s, at %d addresses from there; Ctrl-C ends it", lab.URL(0, "/"), lab.Hosts())
	c.say("try: crawl '%s' '%s'", lab.URL(0, "/d/100/s/4096/1"), lab.URL(1, "/redirect/3"))
	c.say("or follow links: crawl -d 10 '%s'", lab.URL(0, "/site/5000/"))
	p.awaitSignal(ctx)
	return lab.Close()
}

func serveHostile(ctx context.Context, p process, c *console, o fetchtest.Options) error {
	lab, err := fetchtest.StartHostile(ctx, o)
	if err != nil {
		return labError(err, o)
	}
	url := "http://" + lab.Addr()
	c.say("hostile lab of %d cases on %s/; Ctrl-C ends it", len(fetchtest.Cases()), url)
	c.say("try: curl -sO %s/ca.pem; curl -s %s/urls.txt | crawl --cacert ca.pem --retries 0 --timeout %v --connect-timeout %v --idle-timeout %v --max-size %d -",
		url, url, fetchtest.HostileTimeout, fetchtest.HostileConnect, fetchtest.HostileIdle, fetchtest.HostileMaxSize)
	p.awaitSignal(ctx)
	return lab.Close()
}

// awaitSignal waits for the user, or the end of ctx.
func (p process) awaitSignal(ctx context.Context) {
	select {
	case <-p.signals:
	case <-ctx.Done():
	}
}

func labError(err error, o fetchtest.Options) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return inputError("port %d is in use; crawl lab --port 0 takes any that is free", o.Port)
	}
	return inputError("%w", err)
}

// startLab serves the lab where lists of lab URLs expect it, unless one is there
// already. Close ends what was started, on so many hosts.
func startLab(ctx context.Context, c *console) (lab io.Closer, hosts int, err error) {
	started, err := fetchtest.Start(ctx, fetchtest.Options{Port: fetchtest.DefaultPort})
	if err == nil {
		return started, started.Hosts(), nil
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil, 0, inputError("%w", err)
	}
	if !isLab(ctx, fetchtest.DefaultPort) {
		return nil, 0, inputError("--lab needs port %d, which another program uses", fetchtest.DefaultPort)
	}
	c.say("using the lab that already runs on port %d", fetchtest.DefaultPort)
	return io.NopCloser(nil), 0, nil
}

// isLab asks what serves a port whether it counts as a lab does.
func isLab(ctx context.Context, port int) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("http://127.0.0.1:%d/stats", port), nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var stats fetchtest.Stats
	return json.NewDecoder(resp.Body).Decode(&stats) == nil && stats.MaxInFlightByHost != nil
}

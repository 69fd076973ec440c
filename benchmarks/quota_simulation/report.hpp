#ifndef BENCHMARKS_QUOTA_SIMULATION_REPORT_HPP
#define BENCHMARKS_QUOTA_SIMULATION_REPORT_HPP

#include "world.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace simulation {

inline std::string title(rule r)
{
    return r == rule::rolling_hour ? "A server that allows 100 in any 60 minutes"
                                   : "A server that allows 100 from one full hour to the next";
}

inline std::string fixed(double value, int decimals)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

/// As Markdown.
inline std::string table(const std::vector<outcome>& outcomes)
{
    std::ostringstream out;
    out << "| callers | requests | 429s | jobs done | end noticed after, median / p95 | creation waited, median / p95 "
           "|\n"
           "|---|---:|---:|---:|---:|---:|\n";
    for (const auto& o : outcomes)
        out << "| " << o.name << " | " << o.requests << " | " << o.refusals << " | " << o.done << " | "
            << fixed(quantile(o.lateness, 0.5), 1) << " s / " << fixed(quantile(o.lateness, 0.95), 1) << " s | "
            << fixed(quantile(o.waits, 0.5), 1) << " s / " << fixed(quantile(o.waits, 0.95) / 60, 1) << " min |\n";
    return out.str();
}

/// Three panels over the hours of the day, a line for each way.
class plotter {
  public:
    static constexpr double width = 720, panel = 150, left = 60, gap = 44, top = 70;

    std::string draw(const std::vector<outcome>& outcomes, const std::string& title)
    {
        using values = std::array<double, 24>;
        out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << top + 3 * (panel + gap)
             << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
                "fill=\"#fff\"/>\n";
        text(left, 20, title, "font-size=\"15\" font-weight=\"bold\"");
        for (double x = left, i = 0; const auto& o : outcomes) {
            out_ << "<rect x=\"" << x << "\" y=\"30\" width=\"14\" height=\"4\" fill=\""
                 << color(static_cast<std::size_t>(i++)) << "\"/>\n";
            text(x + 18, 36, o.name);
            x += 48 + 7 * static_cast<double>(o.name.size());
        }
        draw_panel(0, "requests in an hour (logarithmic)", outcomes, [](const outcome& o) { return o.sent; });
        draw_panel(1, "answers 429 in an hour (logarithmic)", outcomes, [](const outcome& o) { return o.refused; });
        draw_panel(2, "minutes a creation waited, by the hour it was wanted (logarithmic)", outcomes,
                   [](const outcome& o) {
                       values mean{};
                       for (std::size_t h = 0; h < mean.size(); ++h)
                           mean[h] = o.waited[h] / o.created[h] / 60; // none: not a number, not drawn
                       return mean;
                   });
        out_ << "</svg>\n";
        return out_.str();
    }

  private:
    static const char* color(std::size_t i)
    {
        static constexpr const char* colors[] = {"#c0392b", "#d68910", "#2874a6", "#1e8449"};
        return colors[i % 4];
    }

    void text(double x, double y, const std::string& words, const std::string& more = {})
    {
        out_ << "<text x=\"" << fixed(x, 1) << "\" y=\"" << fixed(y, 1) << "\" " << more << '>' << words << "</text>\n";
    }

    /// Zero is at the bottom, then decades from 1 on (or from 0.1, where all is small).
    static double height(double value, double most)
    {
        constexpr double least = 0.1;
        return value <= least ? 0 : std::log10(value / least) / std::log10(std::max(most, 10.0) / least);
    }

    void draw_panel(int n, const std::string& words, const std::vector<outcome>& outcomes,
                    const std::function<std::array<double, 24>(const outcome&)>& values)
    {
        const auto y0 = top + n * (panel + gap) + panel, right = width - 20;
        double most = 1;
        for (const auto& o : outcomes)
            for (const auto v : values(o))
                most = std::max(most, v);
        text(left, y0 - panel - 6, words);
        for (double tick = 1; tick <= most; tick *= 10) {
            const auto y = y0 - panel * height(tick, most);
            out_ << "<line x1=\"" << left << "\" x2=\"" << right << "\" y1=\"" << fixed(y, 1) << "\" y2=\""
                 << fixed(y, 1) << "\" stroke=\"#ddd\"/>\n";
            text(left - 6, y + 4, fixed(tick, 0), "text-anchor=\"end\" fill=\"#555\"");
        }
        text(left - 6, y0 + 4, "0", "text-anchor=\"end\" fill=\"#555\"");
        for (int h = 0; h <= 24; h += 6)
            text(left + (right - left) * h / 24, y0 + 16, std::to_string(h) + " h",
                 "text-anchor=\"middle\" fill=\"#555\"");
        out_ << "<line x1=\"" << left << "\" x2=\"" << right << "\" y1=\"" << y0 << "\" y2=\"" << y0
             << "\" stroke=\"#555\"/>\n";
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            out_ << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << color(i) << "\" points=\"";
            const auto v = values(outcomes[i]);
            for (std::size_t h = 0; h < v.size(); ++h)
                if (!std::isnan(v[h]))
                    out_ << fixed(left + (right - left) * (static_cast<double>(h) + 0.5) / 24, 1) << ','
                         << fixed(y0 - panel * height(v[h], most), 1) << ' ';
            out_ << "\"/>\n";
        }
    }

    std::ostringstream out_;
};

inline std::string plot(const std::vector<outcome>& outcomes, const std::string& title)
{
    return plotter().draw(outcomes, title);
}

} // namespace simulation

#endif

package io.tidemark.streams.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in a browser: what it shows, and what somebody does with it. */
final class TimelinePage {
    private final Browser browser;

    TimelinePage(Browser browser) {
        this.browser = browser;
    }

    void open(ServedTimeline served, String fragment) {
        browser.complaints();
        browser.go(served.uri() + fragment);
    }

    /** Nothing was blocked by the content security policy, missing, or thrown. */
    void assertNothingRefused() {
        assertThat(browser.complaints()).isEmpty();
    }

    /** What is safe under a policy, in percent. */
    double share(String policy) {
        return Double.parseDouble(browser.text("#share-" + policy).replace(" %", ""));
    }

    /** What is in sight, in seconds. */
    double span() {
        return browser.number("data-to") - browser.number("data-from");
    }

    /** A list's count; -1 while there is none. */
    int inSight(String css) {
        String text = browser.text(css).replace(",", "").replace(" in sight", "");
        return text.matches("\\d+") ? Integer.parseInt(text) : -1;
    }

    /** Each on one line. */
    List<String> commands() {
        return browser.all("#answer pre").stream()
                .map(pre -> pre.getText().replace("\\\n", " ").replaceAll(" +", " "))
                .toList();
    }

    String valueText() {
        return browser.find("#chart").getAttribute("aria-valuetext");
    }

    /** Where a time is drawn, from the canvas's left edge. */
    private int x(String time) {
        double share =
                (Instant.parse(time).getEpochSecond() - browser.number("data-from")) / span();
        return (int) (browser.number("data-left") + share * browser.number("data-width"));
    }

    void hover(String time, int y) {
        WebElement canvas = browser.find("#canvas");
        browser.actions()
                .moveToElement(
                        canvas,
                        x(time) - canvas.getSize().width / 2,
                        y - canvas.getSize().height / 2)
                .perform();
    }

    void clickAt(String time) {
        hover(time, 60);
        browser.actions().click().perform();
    }

    void press(CharSequence... keys) {
        for (CharSequence key : keys) {
            browser.actions().sendKeys(key).perform();
        }
    }

    void pressWith(Keys modifier, CharSequence key) {
        browser.actions().keyDown(modifier).sendKeys(key).keyUp(modifier).perform();
    }

    void tabTo(String css) {
        for (int i = 0; i < 60; i++) {
            press(Keys.TAB);
            WebElement active = browser.driver().switchTo().activeElement();
            if (browser.all(css).contains(active)) {
                return;
            }
        }
        throw new AssertionError(css + " can't be reached with the Tab key");
    }

    /** The last frame's time; the shortest of some more where that one was slow. */
    double quickestFrame() {
        double best = browser.number("data-frame-millis");
        for (int i = 0; i < 8 && best >= 1000; i++) {
            browser.find("[data-act=" + (i % 2 == 0 ? "right" : "left") + "]").click();
            best = Math.min(best, browser.number("data-frame-millis"));
        }
        return best;
    }

    /** The shortest time for new data, over some more answers of the server. */
    double drawnAgain() {
        double best = Double.MAX_VALUE;
        for (String policy : List.of("strict", "exact", "strict")) {
            String before = browser.find("#chart").getAttribute("data-ready-millis");
            browser.find("[name=policy][value=" + policy + "]").click();
            browser.until(
                    "drawn again",
                    () -> !before.equals(browser.find("#chart").getAttribute("data-ready-millis")));
            best = Math.min(best, browser.number("data-draw-millis"));
        }
        return best;
    }
}

import { Component, type ReactNode } from 'react';

export interface ErrorBoundaryProps {
  readonly onError: (error: Error) => void;
  readonly children: ReactNode;
}

/**
 * Hands on what a component below throws, and draws nothing from then on. Ink's own boundary would draw the source
 * around the error, which in a bundle is one line of a hundred kilobytes, on a screen that is about to go.
 */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly isBroken: boolean }> {
  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override state = { isBroken: false };

  override componentDidCatch(error: unknown): void {
    this.props.onError(error instanceof Error ? error : new Error(String(error)));
  }

  override render(): ReactNode {
    return this.state.isBroken ? null : this.props.children;
  }
}
